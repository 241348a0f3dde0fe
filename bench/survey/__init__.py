"""The survey's tables, measured again: Lamina beside other frameworks. Start with: lamina bench survey"""

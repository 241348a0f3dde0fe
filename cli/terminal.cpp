#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace cli {

Terminal terminal() {
  Terminal t;
  t.interactive = isatty(STDOUT_FILENO) != 0;
  if (!t.interactive) return t;
  for (const char* name :
       {"LC_ALL", "LC_CTYPE", "LANG"}) {  // the first that is set decides, as in POSIX
    const char* value = std::getenv(name);
    if (!value || !*value) continue;
    const std::string locale(value);
    t.unicode = locale.find("UTF-8") != std::string::npos ||
                locale.find("utf8") != std::string::npos ||
                locale.find("utf-8") != std::string::npos;
    break;
  }
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) t.columns = size.ws_col;
  return t;
}

}  // namespace cli

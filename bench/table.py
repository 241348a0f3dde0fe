"""What bench/workloads.py prints: the machine, and a block of rows for each workload."""

import datetime
import os
import re
import subprocess

import problem


def machine(root):
    """The processor and the peak of one and of all threads (GFLOP/s; None where bench_peak is not built)."""
    text = open("/proc/cpuinfo").read()
    model = (re.findall(r"model name\s*: (.*)", text) or ["unknown processor"])[0]
    peak = {}
    for threads in (1, 2):
        program = root / "build" / "bin" / "bench_peak"
        if program.exists():
            out = subprocess.run([program, str(threads)], capture_output=True, text=True, check=True).stdout
            peak[threads] = float(re.search(r": ([\d.]+) GFLOP/s", out)[1])
    line = f"{model}, {os.cpu_count()} processors, {datetime.date.today()}"
    if peak:
        line += ", float32 peak " + ", ".join(f"{v:.0f} GFLOP/s ({k} threads)" for k, v in peak.items())
    else:
        line += ", peak not measured: cmake --build build --target bench_peak"
    return dict(line=line, peak=peak)


def difference(losses, ours):
    """The largest relative difference of two loss curves."""
    return max(abs(a - b) / max(abs(a), abs(b), 1e-9) for a, b in zip(losses, ours))


def print_work(work, rows, peak):
    amount = problem.gflop(work)
    work_done = f"{amount:.1f} GFLOP a call, " if amount else ""
    print(f"\n{work.title} ({work_done}{work.threads} threads)")
    print(f"  {'':24} {'ms':>9} {'x Lamina':>9} {'of peak':>8} {'memory':>9} {'compile':>9}  losses")
    ours = rows[0]
    for row in rows:
        if row["error"]:
            print(f"  {row['peer']:24} did not run: {row['error']}")
            continue
        share = peak.get(work.threads)
        share = f"{100 * amount / (row['milliseconds'] * 1e-3) / share:.0f} %" if share and amount else ""
        ratio = f"{row['ratio']:.2f}" if "ratio" in row else ""
        compiling = max(0.0, row["first"] - row["milliseconds"])
        text = f"  {row['peer']:24} {row['milliseconds']:9.1f} {ratio:>9} {share:>8} {row['memory']:6.0f} MB"
        text += f" {compiling:6.0f} ms"
        if row["losses"]:
            text += f"  {row['losses'][0]:.4f} .. {row['losses'][-1]:.4f}"
            if row is not ours and ours.get("losses"):
                text += f", within {difference(row['losses'], ours['losses']):.0e} of Lamina's"
        print(text)
    others = [row for row in rows[1:] if "ratio" in row]
    if others:
        best = min(others, key=lambda row: row["ratio"])
        memory = ours["memory"] / min(row["memory"] for row in others)
        print(f"  the best is {best['peer']}: Lamina's speed is {best['ratio']:.2f} of it (goal {work.goal:.2f}); "
              f"memory {memory:.2f} of the least", flush=True)

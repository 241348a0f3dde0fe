#!/usr/bin/env python3
"""Checks what the layout promises and a compiler does not. One line per fault, and a closing line.

- a folder of lamina/ includes only folders above it in LAYERS; nobody includes a backend;
- lamina/lamina.h is never included inside lamina/;
- each folder of lamina/ has a README.md of at most 25 lines;
- one .cpp includes dnnl.hpp;
- files stay under 1,000 lines (a remark above 500), lines of C++ under 111 columns (a remark above 100).

usage: tools/check_layers.py [root of the repository]
"""
import os
import re
import sys

LAYERS = ("base io core ir op exec ops autograd transform compile backends dist "
          "nn optim data train quantize models formats check").split()
RANK = {folder: rank for rank, folder in enumerate(LAYERS)}
RANK["optim"] = RANK["nn"]  # one rank in the list: each may include the other
README_LINES, FILE_LINES, FILE_LINES_REMARK, COLUMNS, COLUMNS_REMARK = 25, 1000, 500, 110, 100
SOURCE_FOLDERS = ("lamina", "cli", "python", "tests", "bench", "examples", "tools", "cmake")
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.M)

faults, remarks = [], []


def files_below(root, folder, endings):
    for path, folders, names in os.walk(os.path.join(root, folder)):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__pycache__")))
        for name in sorted(names):
            if name.endswith(endings):
                yield os.path.relpath(os.path.join(path, name), root)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def check_includes(path, text):
    parts = path.split("/")
    folder = parts[1] if len(parts) > 2 else None  # None: lamina/lamina.h, which may include all but backends
    if folder is not None and folder not in RANK:
        return  # reported once, by check_folders
    for match in INCLUDE.finditer(text):
        target = match.group(1)
        if not target.startswith("lamina/"):
            continue
        at = f"{path}:{line_of(text, match.start())}"
        below = target.split("/")
        if len(below) == 2:
            faults.append(f"{at}: includes {target}, the index for users; include the header that is meant")
        elif below[1] not in RANK:
            faults.append(f"{at}: includes {target}, but lamina/{below[1]} is not in the list of layers")
        elif below[1] == folder:
            if folder == "backends" and below[2] != parts[2]:
                faults.append(f"{at}: backend {parts[2]} includes backend {below[2]} ({target})")
        elif below[1] == "backends":
            faults.append(f"{at}: includes {target}; backends are plugged in, nobody includes them")
        elif folder is not None and RANK[below[1]] > RANK[folder]:
            faults.append(f"{at}: lamina/{folder} includes {target}, but {below[1]} stands below {folder}")


def check_folders(root):
    library = os.path.join(root, "lamina")
    for folder in sorted(os.listdir(library)):
        if not os.path.isdir(os.path.join(library, folder)):
            continue
        if folder not in RANK:
            faults.append(f"lamina/{folder}: not in the list of layers ({' '.join(LAYERS)})")
        readme = f"lamina/{folder}/README.md"
        if not os.path.exists(os.path.join(root, readme)):
            faults.append(f"{readme}: missing; say what the folder holds, what it may include, where to start")
        elif (lines := len(read(root, readme).splitlines())) > README_LINES:
            faults.append(f"{readme}: {lines} lines; at most {README_LINES}")


def check_size(path, text):
    lines = text.splitlines()
    if len(lines) > FILE_LINES:
        faults.append(f"{path}: {len(lines)} lines; at most {FILE_LINES}")
    elif len(lines) > FILE_LINES_REMARK:
        remarks.append(f"{path}: {len(lines)} lines; is it one idea?")
    if not path.endswith((".h", ".cpp")):
        return
    longer = [(len(line), i) for i, line in enumerate(lines, 1) if len(line) > COLUMNS_REMARK]
    for columns, number in longer:
        if columns > COLUMNS:
            faults.append(f"{path}:{number}: {columns} columns; at most {COLUMNS}")
    if longer and max(longer)[0] <= COLUMNS:
        remarks.append(f"{path}:{longer[0][1]}: {len(longer)} lines of more than {COLUMNS_REMARK} columns")


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    check_folders(root)
    count, with_dnnl = 0, []
    for folder in SOURCE_FOLDERS:
        for path in files_below(root, folder, (".h", ".cpp", ".cu", ".py", ".cmake", ".sh")):
            text = read(root, path)
            count += 1
            check_size(path, text)
            if folder == "lamina" and path.endswith((".h", ".cpp")):
                check_includes(path, text)
                if re.search(r'^\s*#\s*include\s*["<][^">]*dnnl[^">]*[">]', text, re.M):
                    with_dnnl.append(path)
    for path in with_dnnl:
        if not path.endswith(".cpp") or len(with_dnnl) > 1:
            faults.append(f"{path}: includes dnnl.hpp; one .cpp of lamina/backends/cpu does (now {len(with_dnnl)} files)")
    if not with_dnnl and os.path.isdir(os.path.join(root, "lamina", "backends", "cpu")):
        remarks.append("lamina/backends/cpu: no .cpp includes dnnl.hpp")

    for remark in remarks:
        print("remark:", remark)
    for fault in faults:
        print(fault)
    print(f"check_layers: {count} files, {len(faults)} faults, {len(remarks)} remarks")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

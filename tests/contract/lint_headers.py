#!/usr/bin/env python3
"""Reads the headers of the C ABI and says where they break their own rules.

usage: lint_headers.py INCLUDE_DIR ABI_RULES_MD

Every function has a tag, @since and @rule; every rule is a row of abi-rules.md; ids are those of the file
they stand in; headers keep their length; struct_size comes first.
"""
import pathlib
import re
import sys

TAG = re.compile(r"\[(strand|any|worker)( & [a-z!|-]+)?(, <= \d+ (ms|s))?\]")
MAX_LINES = {"plugin.h": 400}
MAX_EXTENSION_LINES = 120
# The views are frozen, and the error's members come after its size.
WITHOUT_SIZE = {"muster_str", "muster_bytes"}


def functions(text):
    """Yields (name, the comment above it) for function pointers and exported functions."""
    pattern = re.compile(
        r"(?:/\*((?:(?!\*/).)*)\*/\s*)?^[ \t]*(?:MUSTER_EXPORT )?(?:const )?[a-z]\w*[ *]+"
        r"(?:\(\*(\w+)\)\(|(muster_\w+)\(void\))", re.S | re.M)
    for match in pattern.finditer(text):
        yield match.group(2) or match.group(3), match.group(1) or ""


def check_function(name, comment, rules):
    if not TAG.search(comment):
        yield f"{name}: no tag like [strand & active, <= 10 ms]"
    if not re.search(r"@since \d+\.\d+", comment):
        yield f"{name}: no @since"
    named = re.search(r"@rule((?: [A-Z]+\d+)+)", comment)
    if not named:
        yield f"{name}: no @rule"
        return
    for rule in named.group(1).split():
        if rule not in rules:
            yield f"{name}: rule {rule} is not in abi-rules.md"


def check_ids(path, text):
    for macro, value in re.findall(r'#define (MUSTER_(?:EXT|SERVICE)_\w+) "([^"]*)"', text):
        name, _, revision = value.removeprefix("muster.").rpartition("/")
        if path.stem != name or not macro.endswith(f"_{name.upper()}_{revision}"):
            yield f"{macro} is {value}, which is not its own name"


def check_structs(text):
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    for name, body in re.findall(r"typedef struct (\w+) \{(.*?)\} \1;", bare, re.S):
        first = body.split(";")[0].split()
        if name not in WITHOUT_SIZE and first != ["uint32_t", "struct_size"]:
            yield f"{name}: struct_size does not come first"


def check_header(path, text, rules):
    """All that is wrong with one header, as sentences."""
    for name, comment in functions(text):
        yield from check_function(name, comment, rules)
    if path.name != "plugin.h":
        yield from check_ids(path, text)
    yield from check_structs(text)
    lines = text.count("\n")
    if lines > MAX_LINES.get(path.name, MAX_EXTENSION_LINES):
        yield f"{lines} lines are too many"


def rules_of(markdown):
    return set(re.findall(r"^\| ([A-Z]+\d+) \|", markdown, re.M))


def main():
    include, rules_file = map(pathlib.Path, sys.argv[1:3])
    rules = rules_of(rules_file.read_text(encoding="utf-8"))
    faults = 0
    headers = sorted(include.rglob("*.h"))
    for path in headers:
        for fault in check_header(path, path.read_text(encoding="utf-8"), rules):
            print(f"{path.relative_to(include)}: {fault}")
            faults += 1
    print(f"{len(headers)} headers, {len(rules)} rules, {faults} faults")
    return 1 if faults or not headers or not rules else 0


if __name__ == "__main__":
    sys.exit(main())

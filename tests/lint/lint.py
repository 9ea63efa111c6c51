#!/usr/bin/env python3
"""Holds the small rules of the tree, so that reviews can talk about design.

usage: lint.py TREE         checks the files that git tracks in TREE; exit 1 when a rule is broken
       lint.py --self-test  breaks each rule in a temporary tree and checks that it is caught

Rules: arrow, heavy-header, vendor, own-event, length, guard, format. Exceptions, each with its reason, stand in
tests/lint/exceptions as RULE<tab>PATH<tab>REASON; one that is no longer needed is an error too.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)
SOURCE = re.compile(r'\.(c|h|cpp|hpp)$')
HANDWRITTEN = re.compile(r'\.(c|h|cpp|hpp|py|sh|ts|tsx|js|css|cmake)$|(^|/)CMakeLists\.txt$|^packaging/(test|quickstart)$')
HEAVY = re.compile(r'^(msgpack|zmq|zmq_addon|yaml-cpp|spdlog|fmt|boost|SQLiteCpp|sqlite3|nlohmann/json)(\.hpp|\.h|/|$)')
VENDORS = ('docker terraform elasticsearch opensearch grafana slack sonarqube jenkins github launchdarkly '
           'airflow confluence cloudwatch azure').split()
VENDOR = re.compile(r'(?<![a-z])(' + '|'.join(VENDORS) + r')(?![a-z])', re.I)
MAX_LINES = 400
NO_EVENTS = ['webhook.test', 'muster.db']  # it is sent and not recorded; a file

# The parts of core, by layer: a part includes itself and lower layers.
LAYER = {'base': 0, **dict.fromkeys('wire config schema run log metrics selector crypto doctor'.split(), 1),
         **dict.fromkeys('net plugins journal'.split(), 2)}
SIDEWAYS = {('config', 'schema')}
# What each part of the house may include of ours (tests may include everything).
ALLOWED = {'contract': {'contract'}, 'tool': {'contract', 'core', 'tool'}, 'plugins': {'contract', 'plugins'},
           'core': {'contract', 'core'}, 'agent': {'contract', 'core', 'agent'},
           'controller': {'contract', 'core', 'controller'}}


def house(path):
    """The part of the house that a file is in, or None (tests, packaging)."""
    if path.startswith('plugin-api/tool/'):
        return 'tool'
    top = path.split('/')[0]
    return {'plugin-api': 'contract'}.get(top, top if top in ALLOWED else None)


def core_part(path):
    found = re.match(r'core/(?:include/muster/core|src)/([a-z]+)/', path)
    return found.group(1) if found else None


def resolve(tree, path, name):
    """The tracked file that an include names, as a path in the tree, or None when it is not ours."""
    roots = ['core/include', 'core/src', 'plugin-api/include', 'plugin-api/sdk/include', 'plugin-api/sdk/src',
             'agent/src', 'controller/src', 'plugin-api/tool/src']
    here = os.path.dirname(path)
    for root in [here] + roots:
        candidate = os.path.normpath(os.path.join(root, name))
        if candidate in tree.files:
            return candidate
    if name.startswith('muster/core/'):
        return 'core/include/' + name  # ours by name, even before it is tracked
    return None


class Tree:
    def __init__(self, root):
        self.root = root
        listed = subprocess.run(['git', '-C', root, 'ls-files', '-z'], check=True, capture_output=True).stdout
        names = [name.decode() for name in listed.split(b'\0') if name]
        self.files = {name for name in names if os.path.isfile(os.path.join(root, name))}

    def read(self, path):
        with open(os.path.join(self.root, path), encoding='utf-8', errors='replace') as file:
            return file.read()


def check_arrow(tree, path, text):
    part = house(path)
    if part is None or not SOURCE.search(path):
        return
    for name in INCLUDE.findall(text):
        target = resolve(tree, path, name)
        if target is None:
            continue
        other = house(target)
        if other not in ALLOWED[part]:
            yield f'{part} may not include <{name}> of {other or target.split("/")[0]}'
        elif part == 'plugins' and other == 'plugins' and path.split('/')[1] != target.split('/')[1]:
            yield f'a plugin may not include <{name}> of another plugin'
        elif part == 'core' and other == 'core':
            mine, theirs = core_part(path), core_part(target)
            if mine is None or theirs is None or mine == theirs or (mine, theirs) in SIDEWAYS:
                continue
            if mine not in LAYER or theirs not in LAYER:
                yield f'{mine if mine not in LAYER else theirs} is no known part of core'
            elif LAYER[theirs] >= LAYER[mine]:
                yield f'core/{mine} may not include <{name}> of core/{theirs}'


def check_heavy_header(tree, path, text):
    if path.startswith('core/include/'):
        for name in INCLUDE.findall(text):
            if HEAVY.match(name):
                yield f'<{name}> is too heavy for a public header: use it in a .cpp file or a private header'


def check_vendor(tree, path, text):
    if path.split('/')[0] in ('core', 'agent', 'controller') and not path.endswith('package-lock.json'):
        for number, line in enumerate(text.splitlines(), 1):
            found = VENDOR.search(line)
            if found:
                yield f'line {number} names {found.group(1)}: vendors live in plugins'


def words_in(tree, path, name, word):
    """The words of the list that is called `name` there."""
    found = re.search(name + r'\{([^}]*)\}', tree.read(path)) if path in tree.files else None
    return re.findall(rf'"({word})"', found.group(1)) if found else []


def check_own_event(tree, path, text):
    if path.startswith('controller/src/'):
        home = 'core/src/config/reserved_ids.cpp'
        reserved = words_in(tree, home, 'kReservedIds', r'\w+')
        for word in re.findall(r'\brecord\(\s*"(\w+)\.', text):
            if word not in reserved:
                yield f'records {word}.*, but a plugin may have that id: see kReservedIds in {home}'
        home = 'controller/src/events/event_types.cpp'
        known = words_in(tree, home, 'types', r'\w+\.\w+') + NO_EVENTS
        for kind in re.findall(rf'"((?:{"|".join(reserved)})\.\w+)"', text) if reserved else []:
            if kind not in known:
                yield f'tells events of the type {kind}, which own_event_types() has not: see {home}'


def check_length(tree, path, text):
    lines = text.count('\n')
    if HANDWRITTEN.search(path) and lines > MAX_LINES:
        yield f'{lines} lines, more than {MAX_LINES}: split it by subject'


def check_guard(tree, path, text):
    if path.endswith('.hpp') and not re.search(r'^#pragma once$', text, re.M):
        yield 'has no #pragma once'
    if path.endswith('.h') and not re.search(r'^#ifndef (\w+)\n#define \1\b', text, re.M) \
            and not re.search(r'^#pragma once$', text, re.M):
        yield 'has no include guard'


def check_format(tree, path, text):
    tool = shutil.which('clang-format-14')
    if tool and SOURCE.search(path) and not path.startswith('tests/data/'):
        done = subprocess.run([tool, '--dry-run', '-Werror', path], cwd=tree.root, capture_output=True)
        if done.returncode != 0:
            yield f'is not as clang-format-14 writes it: clang-format-14 -i {path}'


CHECKS = {'arrow': check_arrow, 'heavy-header': check_heavy_header, 'vendor': check_vendor, 'own-event': check_own_event,
          'length': check_length, 'guard': check_guard, 'format': check_format}


def read_exceptions(tree):
    path = 'tests/lint/exceptions'
    exceptions, faults = set(), []
    for number, line in enumerate(tree.read(path).splitlines() if path in tree.files else [], 1):
        if not line.strip() or line.startswith('#'):
            continue
        fields = line.split('\t')
        if len(fields) != 3 or fields[0] not in CHECKS or not fields[2].strip():
            faults.append(f'{path}: line {number} is not RULE<tab>PATH<tab>REASON [exceptions]')
        else:
            exceptions.add((fields[0], fields[1]))
    return exceptions, faults


def lint(root):
    tree = Tree(root)
    exceptions, faults = read_exceptions(tree)
    used = set()
    for path in sorted(tree.files):
        text = tree.read(path)
        for rule, check in CHECKS.items():
            for fault in check(tree, path, text):
                if (rule, path) in exceptions:
                    used.add((rule, path))
                else:
                    faults.append(f'{path}: {fault} [{rule}]')
    for rule, path in sorted(exceptions - used):
        if rule != 'format' or shutil.which('clang-format-14'):
            faults.append(f'{path}: needs no exception from {rule} any more [exceptions]')
    return faults


# name: (rule, files); the last file is the one at fault
BAD = {
    'a plugin that includes core': ('arrow', {'plugins/a/src/a.cpp': '#include <muster/core/base/ids.hpp>\n'}),
    'a plugin that includes a plugin': ('arrow', {'plugins/a/b.h': '#pragma once\n',
                                                  'plugins/c/c.cpp': '#include "../a/b.h"\n'}),
    'the contract that includes core': ('arrow', {'plugin-api/sdk/src/x.cpp': '#include <muster/core/run/x.hpp>\n'}),
    'core that includes the agent': ('arrow', {'agent/src/app.hpp': '#pragma once\n',
                                               'core/src/run/x.cpp': '#include "app.hpp"\n'}),
    'the agent that includes the controller': ('arrow', {'controller/src/jobs/job.hpp': '#pragma once\n',
                                                         'agent/src/x.cpp': '#include "jobs/job.hpp"\n'}),
    'base that includes run': ('arrow', {'core/src/base/x.cpp': '#include <muster/core/run/backoff.hpp>\n'}),
    'wire that includes config': ('arrow', {'core/src/wire/x.cpp': '#include <muster/core/config/yaml.hpp>\n'}),
    'journal that includes net': ('arrow', {'core/src/journal/x.cpp': '#include <muster/core/net/http.hpp>\n'}),
    'json in a public header': ('heavy-header', {'core/include/muster/core/base/x.hpp':
                                                 '#pragma once\n#include <nlohmann/json.hpp>\n'}),
    'zmq in a public header': ('heavy-header', {'core/include/muster/core/net/x.hpp': '#pragma once\n#include <zmq.hpp>\n'}),
    'a vendor in the controller': ('vendor', {'controller/src/x.cpp': '// posts to Slack\n'}),
    'a vendor in a name': ('vendor', {'agent/src/x.cpp': 'int docker_count;\n'}),
    'an event of the controller that a plugin may tell of': ('own-event', {
        'core/src/config/reserved_ids.cpp': 'kReservedIds{"node"};\n',
        'controller/src/x.cpp': 'events.record("node.a");\nevents.record("jobs.b");\n'}),
    'an event of the controller that its list has not': ('own-event', {
        'core/src/config/reserved_ids.cpp': 'kReservedIds{"node"};\n',
        'controller/src/events/event_types.cpp': 'types{"node.a"};\n', 'controller/src/x.cpp': 'tell("node.b");\n'}),
    'a long file': ('length', {'agent/src/x.cpp': '\n' * (MAX_LINES + 1)}),
    'a header without guard': ('guard', {'agent/src/x.hpp': 'int x();\n'}),
    'a C header without guard': ('guard', {'plugin-api/include/muster/x.h': 'int x(void);\n'}),
    'bad format': ('format', {'agent/src/x.cpp': 'int   x ;\n'}),
    'an exception without reason': ('exceptions', {'tests/lint/exceptions': 'length\tagent/src/x.cpp\n'}),
    'an exception for nothing': ('exceptions', {'tests/lint/exceptions': 'length\tagent/src/x.cpp\told\n'}),
}
GOOD = {
    'core/src/config/x.cpp': '#include <muster/core/base/ids.hpp>\n#include <muster/core/schema/schema.hpp>\n',
    'core/include/muster/core/base/x.hpp': '#pragma once\n#include <nlohmann/json_fwd.hpp>\n',
    'plugins/a/src/docker.cpp': '#include <muster/plugin.h>\n', 'plugin-api/include/muster/plugin.h': '#pragma once\n',
    'agent/src/long.cpp': '\n' * (MAX_LINES + 1), 'tests/lint/exceptions':
    'length\tagent/src/long.cpp\ta table\nformat\tagent/src/long.cpp\ta table\n',
}


def faults_of(files):
    with tempfile.TemporaryDirectory() as root:
        for path, text in {'.clang-format': 'BasedOnStyle: Google\n', **files}.items():
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, 'w', encoding='utf-8') as file:
                file.write(text)
        subprocess.run(['git', 'init', '-q', root], check=True)
        subprocess.run(['git', '-C', root, 'add', '-A'], check=True)
        return lint(root)


def self_test():
    wrong = [f'good tree: {fault}' for fault in faults_of(GOOD)]
    for name, (rule, files) in BAD.items():
        if rule == 'format' and not shutil.which('clang-format-14'):
            continue
        faults = faults_of(files)
        if not any(fault.startswith(f'{list(files)[-1]}: ') and fault.endswith(f'[{rule}]') for fault in faults) \
                and not (rule == 'exceptions' and any(fault.endswith('[exceptions]') for fault in faults)):
            wrong.append(f'{name}: not caught, got {faults}')
    return wrong


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    found = self_test() if sys.argv[1] == '--self-test' else lint(sys.argv[1])
    for fault in found:
        print(fault)
    sys.exit(1 if found else 0)

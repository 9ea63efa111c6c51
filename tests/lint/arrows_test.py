#!/usr/bin/env python3
"""A breach of an arrow between the parts of the tree must not compile: breaks each one and looks.

usage: arrows_test.py BUILD_DIR TREE

Takes the very command that compiles a file of ours and gives it another source, of one #include.
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

CORE = '<muster/core/%s.hpp>'
# A file of the part; a header of ours that it may include; headers that it may not.
PARTS = [
    ('core/src/base/ids.cpp', CORE % 'base/ids', ['run/event_loop', 'wire/limits', 'net/session']),
    ('core/src/run/signals.cpp', CORE % 'base/fd', ['wire/limits', 'log/logger', 'net/session']),
    ('core/src/wire/names.cpp', CORE % 'base/ids', ['crypto/digest', 'run/backoff', 'net/session']),
    ('core/src/config/yaml.cpp', CORE % 'schema/schema', ['wire/limits', 'selector/selector', 'plugins/frames']),
    ('core/src/schema/schema.cpp', CORE % 'base/error', ['config/yaml', 'wire/limits']),
    ('core/src/crypto/sign.cpp', CORE % 'base/bytes', ['wire/limits', 'net/session']),
    ('core/src/log/logger.cpp', CORE % 'base/error', ['metrics/registry', 'net/session']),
    ('core/src/metrics/registry.cpp', CORE % 'base/error', ['log/logger', 'wire/limits']),
    ('core/src/selector/lexer.cpp', CORE % 'base/error', ['config/yaml', 'wire/limits']),
    ('core/src/net/session.cpp', CORE % 'wire/envelope', ['journal/journal', 'plugins/frames', 'config/yaml']),
    ('core/src/journal/writer.cpp', CORE % 'run/worker_pool', ['net/session', 'wire/limits']),
    ('core/src/plugins/plugin_file.cpp', CORE % 'wire/limits', ['net/session', 'journal/journal']),
    ('plugin-api/sdk/src/host.cpp', '<muster/plugin.h>', ['base/error']),
    ('plugin-api/tool/main.cpp', CORE % 'config/manifest', ['net/session']),
    ('plugins/system/src/system.cpp', '<muster/plugin.h>', ['base/error', 'wire/limits']),
]
PROGRAMS = [
    ('agent/src/app.cpp', '"session/node.hpp"', ['"fleet/fleet.hpp"', '"store/store.hpp"']),
    ('controller/src/app.cpp', '"fleet/fleet.hpp"', ['"session/node.hpp"', '"cli/terminal.hpp"']),
    ('controller/cli/app.cpp', CORE % 'base/error', ['"fleet/fleet.hpp"', CORE % 'net/session']),
    ('controller/gateway/router.cpp', CORE % 'net/session', ['"fleet/fleet.hpp"', CORE % 'config/yaml']),
]


def name_of(include):
    return include.strip('<>"')


def in_tree(tree, include):
    """Whether the tree has the header: one that is gone cannot be included, which proves nothing."""
    name = name_of(include)
    if name.startswith('muster/core/'):
        places = ['core/include']
    elif name.startswith('muster/'):
        places = ['plugin-api/include', 'plugin-api/sdk/include']
    else:
        places = ['agent/src', 'controller/src', 'controller']
    return any(os.path.isfile(os.path.join(tree, place, name)) for place in places)


def compiles(command, source, include):
    """Whether one include compiles as `source` does; False only when that very header was not found."""
    with tempfile.TemporaryDirectory() as folder:
        # Beside nothing, so that only the include directories count.
        trial = os.path.join(folder, 'trial' + os.path.splitext(source)[1])
        with open(trial, 'w') as file:
            file.write(f'#include {include}\n')
        words = shlex.split(command['command'])
        words = words[:words.index('-o')] + ['-M', '-MF', os.devnull, trial]
        done = subprocess.run(words, cwd=command['directory'], capture_output=True, text=True)
    missing = re.findall(r'fatal error: (\S+): No such file or directory', done.stderr)
    if done.returncode != 0 and missing != [name_of(include)]:
        sys.exit(f'{source} with {include} failed for another reason:\n{done.stderr}')
    return done.returncode == 0


def main():
    build, tree = sys.argv[1:]
    with open(os.path.join(build, 'compile_commands.json')) as file:
        commands = {os.path.relpath(entry['file'], tree): entry for entry in json.load(file)}
    parts = [(source, allowed, [CORE % name for name in forbidden]) for source, allowed, forbidden in PARTS]
    faults = []
    for source, allowed, forbidden in parts + PROGRAMS:
        faults += [f'{header} is not in the tree, so nothing is shown by it: name another'
                   for header in [allowed, *forbidden] if not in_tree(tree, header)]
        command = commands[source]
        if not compiles(command, source, allowed):
            faults.append(f'{source} cannot include {allowed}, which it may')
        faults += [f'{source} can include {header}, which it may not'
                   for header in forbidden if compiles(command, source, header)]
    print('\n'.join(faults) or f'{len(parts + PROGRAMS)} parts include what they may and no more')
    sys.exit(1 if faults else 0)


if __name__ == '__main__':
    main()

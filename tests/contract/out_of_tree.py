#!/usr/bin/env python3
"""Builds the plugin of authoring.md as a stranger would: against an installed Muster, in a folder of its own.

usage: out_of_tree.py CMAKE BUILD_DIR CXX_COMPILER CXX_FLAGS CONTRACT_TEST AUTHORING_MD
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent


def run(*command, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)


def must(*command, **options):
    done = run(*command, **options)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def expect(condition, sentence):
    if not condition:
        sys.exit(f"failed: {sentence}")


def configure_command(cmake, folder, prefix, compiler, flags):
    return [cmake, "-G", "Ninja", "-S", folder, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={prefix}",
            f"-DCMAKE_CXX_COMPILER={compiler}", f"-DCMAKE_CXX_FLAGS={flags} -Wall -Wextra -Werror"]


def builds_and_greets(cmake, folder, configure, contract_test):
    must(*configure)
    must(cmake, "--build", folder / "build")
    must(contract_test, "[.out_of_tree]", env={**os.environ, "HELLO_PLUGIN": folder / "build/hello.so"})


def refuses_a_missing_handler(cmake, folder):
    source = folder / "hello.cpp"
    source.write_text(source.read_text().replace(" greet(", " wave("))
    build = run(cmake, "--build", folder / "build")
    expect(build.returncode != 0, "a plugin without its handler compiled")
    expect("hello.greet has no function" in build.stdout, f"the handler was not named:\n{build.stdout}")


def refuses_a_broken_manifest(cmake, folder):
    manifest = folder / "plugin.yaml"
    text = manifest.read_text() + "id: again\n"
    manifest.write_text(text)
    build = run(cmake, "--build", folder / "build")
    expect(build.returncode != 0, "a plugin with a broken manifest was built")
    expect(f"plugin.yaml:{len(text.splitlines())}:1" in build.stdout, f"the place was not named:\n{build.stdout}")


def refuses_a_missing_part(folder, configure):
    (folder / "README.md").unlink()
    done = run(*configure)
    expect(done.returncode != 0 and "README.md is missing" in done.stderr, "a missing README was accepted")


def main():
    cmake, build, compiler, flags, contract_test, authoring = sys.argv[1:7]
    guide = pathlib.Path(authoring).read_text()
    for part in ["plugin.yaml", "hello.cpp", "CMakeLists.txt"]:
        expect((HERE / "hello" / part).read_text() in guide, f"authoring.md shows another {part}")
    with tempfile.TemporaryDirectory() as temporary:
        prefix, folder = pathlib.Path(temporary, "prefix"), pathlib.Path(temporary, "hello")
        must(cmake, "--install", build, "--prefix", prefix, "--component", "plugin-dev")
        shutil.copytree(HERE / "hello", folder)
        configure = configure_command(cmake, folder, prefix, compiler, flags)
        builds_and_greets(cmake, folder, configure, contract_test)
        refuses_a_missing_handler(cmake, folder)
        refuses_a_broken_manifest(cmake, folder)
        refuses_a_missing_part(folder, configure)


if __name__ == "__main__":
    main()

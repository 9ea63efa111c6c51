"""zsh completes muster's words from a real fleet."""

import shutil
import unittest

import completing
import fleet


class CompletionZsh(completing.CompletionTest):
    def test_zsh(self):
        shell = self.shell(["zsh", "-f", "-i"],
                           "unsetopt zle_bracketed_paste beep list_beep; autoload -U compinit && compinit -u -D\n"
                           "show-line() { print -r -- \"<$BUFFER>\"; }; zle -N show-line; bindkey -e\n"
                           "bindkey '^X^P' show-line; source <(muster completion zsh)")
        self.check_words(shell)
        self.check_files(shell)
        self.check_nothing_is_run(shell, "muster node label node-1 tier=")


if __name__ == "__main__":
    if not shutil.which("zsh"):
        fleet.skip("there is no zsh")
    unittest.main(verbosity=2)

#include "completion_scripts.hpp"

namespace muster::cli {
namespace {

// The program decides; the scripts only know how their shell takes an answer. They ask the muster
// of $PATH: another one that is being typed, in whose directory ever, is not run before Enter.
constexpr std::string_view kBash =
    R"(# Completion of muster for bash: source <(muster completion bash)
_muster() {
  local -a answer
  mapfile -t answer < <(command muster completion bash -- "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
  COMPREPLY=("${answer[@]:1}")
  case ${answer[0]-} in
    nospace) compopt -o nospace ;;
    files)
      compopt -o default
      [[ $2 == @* ]] || return  # to bash an @ would be part of the name
      mapfile -t COMPREPLY < <(compgen -f -- "${2#@}" | while IFS= read -r file; do printf '@%q\n' "$file"; done)
      [[ -d ${COMPREPLY[0]#@} ]] && compopt -o nospace
      ;;
  esac
}
complete -F _muster muster
)";

constexpr std::string_view kZsh = R"(#compdef muster
# Completion of muster for zsh: source <(muster completion zsh)
_muster() {
  local line
  local -a answer fields whole whole_shown begun begun_shown
  answer=("${(@f)$(command muster completion zsh -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  if [[ ${answer[1]} == files* ]]; then
    compset -p ${answer[1]#files }
    _files
    return
  fi
  for line in "${(@)answer[2,-1]}"; do
    fields=("${(@ps:\t:)line}")
    if [[ ${fields[1]} == begun ]]; then
      begun+=("${fields[2]}")
      begun_shown+=("${fields[2]}${fields[3]:+  -- ${fields[3]}}")
    else
      whole+=("${fields[2]}")
      whole_shown+=("${fields[2]}${fields[3]:+  -- ${fields[3]}}")
    fi
  done
  (( ${#begun} )) && compadd -l -d begun_shown -S '' -a begun
  (( ${#whole} )) && compadd -l -d whole_shown -a whole
}
if [[ ${funcstack[1]} == _muster ]]; then
  _muster "$@"
else
  compdef _muster muster
fi
)";

constexpr std::string_view kFish =
    R"(# Completion of muster for fish: muster completion fish | source
function __muster_complete
    set -l words (commandline -opc)
    set -l typed (string unescape -- (commandline -ct))
    set -l answer (command muster completion fish -- $words[2..-1] "$typed" 2>/dev/null)
    if string match -q 'files *' -- $answer[1]
        set -l after (string replace 'files ' '' -- $answer[1])
        set -l rest (string sub -s (math $after + 1) -- "$typed")
        set -l paths "$rest"*
        test (count $paths) -gt 0; and printf '%s\n' (string sub -l $after -- "$typed")$paths
        return
    end
    test (count $answer) -gt 1; and printf '%s\n' $answer[2..-1]
end
complete -c muster -f -a '(__muster_complete)'
)";

}  // namespace

std::optional<std::string_view> completion_script(const std::string& shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  if (shell == "fish") return kFish;
  return std::nullopt;
}

}  // namespace muster::cli

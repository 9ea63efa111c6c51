// Salt's compound targets in the words of this language:
// https://docs.saltproject.io/en/latest/topics/targeting/compound.html
#include <algorithm>
#include <array>
#include <muster/core/selector/pattern.hpp>
#include <muster/core/selector/selector.hpp>
#include <string>
#include <utility>
#include <vector>

#include "caret.hpp"
#include "lexer.hpp"
#include "network.hpp"
#include "regex.hpp"
#include "salt_glob.hpp"
#include "salt_parts.hpp"
#include "text.hpp"

namespace muster::selector {
namespace {

struct Fault {
  std::string sentence;
  ErrorCode code = ErrorCode::InvalidArgument;
};
using Translated = tl::expected<std::string, Fault>;

tl::unexpected<Fault> wrong(std::string sentence, ErrorCode code = ErrorCode::InvalidArgument) {
  return tl::unexpected(Fault{std::move(sentence), code});
}

using Renamed = std::pair<std::string_view, std::string_view>;

/// Grains whose facts have other names here. The rest is somebody's own, and a label here.
constexpr std::array<Renamed, 9> kGrains{{{"cpuarch", "cpu.arch"},
                                          {"host", "host.name"},
                                          {"id", "node"},
                                          {"kernelrelease", "kernel.release"},
                                          {"nodename", "host.name"},
                                          {"num_cpus", "cpu.count"},
                                          {"os", "os.id"},
                                          {"osrelease", "os.version"},
                                          {"saltversion", "agent.version"}}};

/// Grains that Salt's minions have by themselves and no node tells, each between blanks. As labels,
/// which nobody has given, they would make `not G@os_family:RedHat` true everywhere.
constexpr std::string_view kUntold =
    " "
    "SSDs biosreleasedate biosvendor biosversion boardname cpu_flags cpu_model cwd disks "
    "dns domain efi efi-secure-boot fqdn fqdn_ip4 fqdn_ip6 fqdns gid gpus groupname "
    "hwaddr_interfaces init ip4_gw ip4_interfaces ip6_gw ip6_interfaces ip_gw "
    "ip_interfaces ipv4 ipv6 iscsi_iqn kernel kernelparams kernelversion locale_info "
    "localhost lsb_distrib_codename lsb_distrib_description lsb_distrib_id "
    "lsb_distrib_release lvm machine_id manufacturer master mdadm mem_total motd num_gpus "
    "os_family osarch osbuild oscodename osfinger osfullname osmajorrelease "
    "osmanufacturer osrelease_info osservicepack package path pid productname ps "
    "pythonexecutable pythonpath pythonversion saltpath saltversioninfo selinux "
    "serialnumber server_id shell ssds swap_total system_serialnumber systemd systempath "
    "timezone transactional uid username uuid virtual virtual_subtype windowsdomain "
    "windowsdomaintype zfs_feature_flags zfs_support zmqversion ";

/// Systems, in small letters, that os-release(5) calls otherwise.
constexpr std::array<Renamed, 6> kSystems{{{"alt", "altlinux"},
                                           {"amazon", "amzn"},
                                           {"mint", "linuxmint"},
                                           {"oel", "ol"},
                                           {"redhat", "rhel"},
                                           {"suse", "sles"}}};

/// Words of this language, which name no label.
constexpr std::array<std::string_view, 6> kReserved{"all", "and", "in", "node", "not", "or"};

struct NameHint {
  char sign;
  std::string_view sentence;
};
/// What stands in a word that is taken for a minion's name and is none.
constexpr std::array<NameHint, 5> kNameHints{
    {{',', "for several write L@web1,web2"},
     {'!', "write not before it"},
     {'(', "put a blank before this parenthesis"},
     {')', "put a blank behind this parenthesis"},
     {'@', "before the @ stands one of G, P, E, L, S and N"}}};

template <std::size_t N>
std::string our_name(const std::array<Renamed, N>& table, std::string_view name) {
  for (const auto& [theirs, ours] : table) {
    if (theirs == name) return std::string(ours);
  }
  return std::string(name);
}

template <std::size_t N>
bool has(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Their brackets hold characters, ours numbers: such patterns become regular expressions.
bool has_brackets(std::string_view pattern) { return pattern.find('[') != std::string_view::npos; }

/// One without brackets.
Translated glob(std::string_view pattern) {
  std::string plain(pattern);
  for (auto& c : plain) {
    if (c == '*' || c == '?') c = 'x';
  }
  if (is_plain_word(plain)) return std::string(pattern);
  if (pattern.find_first_of("*?") == std::string_view::npos) return quoted(pattern);
  return wrong("a pattern with such characters has no counterpart; write a regular expression");
}

bool is_name_character(char c) {
  return c != '/' && c != '+' && is_plain_word(std::string_view(&c, 1));
}

/// Nobody has such a name, so that `not` would mean every node.
tl::unexpected<Fault> no_minion(std::string_view name) {
  const auto* hint = std::find_if(kNameHints.begin(), kNameHints.end(), [&](const NameHint& known) {
    return name.find(known.sign) != std::string_view::npos;
  });
  const auto sentence = hint != kNameHints.end() ? hint->sentence
                                                 : "it has letters, digits, _, - and . in it, and "
                                                   "in a pattern * and ?";
  return wrong("this is no name of a minion; " + std::string(sentence));
}

/// They look for a match at the beginning only. What is no expression by itself is refused: it
/// could close the group around it.
Translated from_beginning(std::string_view expression) {
  const auto alone = Regex::compile(expression);
  if (!alone) return wrong("this is no regular expression: " + alone.error());
  return "^(?:" + std::string(expression) + ")";
}

Translated minion_regex(std::string_view expression) {
  return from_beginning(expression).map([](const std::string& regex) {
    return "node=~" + quoted(regex);
  });
}

/// "web*"
Translated minion(std::string_view pattern) {
  if (pattern == "*") return std::string("all");
  const bool named = std::all_of(pattern.begin(), pattern.end(), [](char c) {
    return is_name_character(c) || c == '*' || c == '?';
  });
  if (has_brackets(pattern)) return minion_regex(regex_of_glob(pattern));
  if (!named) return no_minion(pattern);
  return glob(pattern).map([](const std::string& translated) { return "node:" + translated; });
}

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return small;
}

/// The systems that are meant by their names, and missed by ours.
template <class Matches>
std::vector<std::string_view> missed_systems(const Matches& matches) {
  std::vector<std::string_view> systems;
  for (const auto& [theirs, ours] : kSystems) {
    if (matches(theirs) && !matches(ours)) systems.push_back(ours);
  }
  return systems;
}

/// "Debian" or "Red*": os-release(5), where the fact is from, writes its ids in small letters.
Translated id_of_system(std::string_view value) {
  const auto name = our_name(kSystems, in_small_letters(value));
  auto listed = glob(name);
  const auto pattern = Pattern::compile(name);
  if (!listed || !pattern) return listed.map([](const auto& text) { return "os.id=" + text; });
  const auto missed = missed_systems([&](std::string_view id) { return pattern->matches(id); });
  if (missed.empty()) return "os.id=" + *listed;
  for (const auto id : missed) *listed += ", " + std::string(id);
  return "os.id in (" + *listed + ")";
}

/// Grains are compared without case.
Translated grain_regex(const std::string& subject, std::string_view expression) {
  auto regex = from_beginning(expression);
  if (!regex) return regex;
  const auto compiled = Regex::compile("(?i)" + *regex);
  if (subject == "os.id" && compiled) {
    regex->pop_back();
    for (const auto id :
         missed_systems([&](std::string_view name) { return compiled->found_in(name); })) {
      *regex += "|" + std::string(id) + "$";
    }
    *regex += ")";
  }
  return subject + "=~" + quoted("(?i)" + *regex);
}

Translated grain_pattern(const std::string& subject, std::string_view value) {
  if (subject == "node") return minion(value);
  if (has_brackets(value)) {
    if (subject == "os.id") return grain_regex(subject, regex_of_glob(value));
    return from_beginning(regex_of_glob(value)).map([&](const std::string& regex) {
      return subject + "=~" + quoted(regex);
    });
  }
  if (subject == "os.id") return id_of_system(value);
  return glob(value).map([&](const std::string& pattern) {
    const bool is_label = subject.find('.') == std::string::npos;
    return is_label && pattern == "*" ? subject : subject + "=" + pattern;
  });
}

/// The label or fact that a grain is here.
Translated grain_subject(std::string_view name) {
  if (!is_plain_word(name)) return wrong("this is no name of a grain");
  if (has(kReserved, name)) {
    return wrong(std::string(name) + " is a word of the language and cannot be the name of a label",
                 ErrorCode::Unsupported);
  }
  if (kUntold.find(" " + std::string(name) + " ") != std::string_view::npos) {
    return wrong("no node tells Salt's grain " + std::string(name) +
                     "; label the nodes, and name the label with --on",
                 ErrorCode::Unsupported);
  }
  return our_name(kGrains, name);
}

/// "os:Debian"
Translated grain(std::string_view text, bool is_regex) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return wrong("a grain is NAME:VALUE, such as G@os:Debian");
  auto subject = grain_subject(text.substr(0, colon));
  if (!subject) return subject;
  const auto value = text.substr(colon + 1);
  if (value.empty()) return wrong("a value is missing here");
  if (value.find(':') != std::string_view::npos) {
    return wrong("a grain inside another has no counterpart; label the nodes",
                 ErrorCode::Unsupported);
  }
  return is_regex ? grain_regex(*subject, value) : grain_pattern(*subject, value);
}

Translated list(std::string_view names) {
  std::string text;
  for (bool more = true; more;) {
    const auto comma = names.find(',');
    const auto name = names.substr(0, comma);
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_character)) {
      return wrong("a list holds names of minions between commas, and no patterns");
    }
    text += (text.empty() ? "node in (" : ", ") + quoted(name);
    more = comma != std::string_view::npos;
    if (more) names.remove_prefix(comma + 1);
  }
  return text + ")";
}

Translated network(std::string_view text) {
  if (!Network::parse(text)) return wrong("this is no network, such as S@10.0.0.0/8");
  return "cidr(" + std::string(text) + ")";
}

Translated target(std::string_view text) {
  if (text.size() < 2 || text[1] != '@') return minion(text);
  const auto rest = text.substr(2);
  if (rest.empty()) return wrong("a value is missing here");
  switch (text[0]) {
    case 'G':
      return grain(rest, false);
    case 'P':
      return grain(rest, true);
    case 'E':
      return minion_regex(rest);
    case 'L':
      return list(rest);
    case 'S':
      return network(rest);
    case 'N':
      return "group:" + (is_plain_word(rest) ? std::string(rest) : quoted(rest));
    case 'I':
    case 'J':
      return wrong("pillar has no counterpart here; label the nodes", ErrorCode::Unsupported);
    case 'R':
      return wrong("range servers have no counterpart here; make a group", ErrorCode::Unsupported);
    default:
      return wrong("there is no such kind of target; known are G, P, E, L, S and N");
  }
}

Translated translated(const SaltPart& part) {
  constexpr std::array<std::string_view, 5> kThemselves{"(", ")", "and", "not", "or"};
  constexpr std::array<std::string_view, 3> kLoud{"AND", "NOT", "OR"};
  if (has(kLoud, part.text)) return wrong("and, or and not are written in small letters");
  return has(kThemselves, part.text) ? std::string(part.text) : target(part.text);
}

tl::unexpected<Error> refuse(std::string_view text, std::size_t offset, const Fault& fault,
                             SyntaxError* where) {
  const auto caret = point_at(text, offset);
  if (where != nullptr) *where = {offset, fault.sentence, caret};
  return fail(fault.code, fault.sentence + "\n" + caret);
}

/// Where each part stands in the text that it became.
struct Place {
  std::size_t in_text = 0;
  std::size_t in_compound = 0;
};

struct Translation {
  std::string text;
  std::vector<Place> places;
};

/// Each part alone.
Result<Translation> translate(std::string_view compound, SyntaxError* where) {
  Translation whole;
  bool opened = true;  // nothing is put before what follows
  for (const auto& part : parts_of_salt(compound)) {
    const auto words = translated(part);
    if (!words) return refuse(compound, part.offset, words.error(), where);
    if (!opened && part.text != ")") whole.text += ' ';
    opened = part.text == "(";
    whole.places.push_back({whole.text.size(), part.offset});
    whole.text += *words;
  }
  return whole;
}

/// Of the part that became what is at `offset` of the text.
std::size_t place_in(std::string_view compound, const Translation& whole, std::size_t offset) {
  auto found = compound.size();
  if (offset >= whole.text.size()) return found;
  for (auto place = whole.places.rbegin(); place != whole.places.rend(); ++place) {
    found = place->in_compound;
    if (place->in_text <= offset) break;
  }
  return found;
}

/// Whether the parts, each of which is right, make a selector together; whoever typed them knows
/// nothing of the text that they became. What a fleet knows is not asked for here.
Result<std::string> checked(Translation whole, std::string_view compound, SyntaxError* where) {
  Vocabulary any;
  any.group = [](std::string_view) -> Result<std::string> { return std::string("all"); };
  SyntaxError slip;
  if (Selector::parse(whole.text, &slip, any)) return std::move(whole.text);
  return refuse(compound, place_in(compound, whole, slip.offset), {slip.sentence}, where);
}

}  // namespace

Result<std::string> from_salt(std::string_view compound, SyntaxError* where) {
  if (compound.size() > kMaxTextBytes) {
    return refuse({}, 0, {"the target is longer than a selector may be"}, where);
  }
  auto whole = translate(compound, where);
  if (!whole) return tl::unexpected(whole.error());
  if (whole->text.empty()) return refuse(compound, 0, {"the target is empty"}, where);
  return checked(std::move(*whole), compound, where);
}

std::string caret_in_salt(std::string_view compound, std::size_t offset) {
  const auto whole = translate(compound, nullptr);
  return whole ? point_at(compound, place_in(compound, *whole, offset)) : std::string();
}

}  // namespace muster::selector

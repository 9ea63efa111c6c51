#include "host/folder_looks.hpp"

#include <sys/stat.h>

#include <fstream>

#include "catch.hpp"
#include "temp_dir.hpp"

using namespace muster;
using namespace muster::agent;

namespace {

struct Folders {
  test::TempDir dir;
  FolderLooks looks{{dir / "plugins", dir / "configs"}};

  Folders() {
    std::filesystem::create_directories(dir / "plugins");
    std::filesystem::create_directories(dir / "configs");
  }
  void put(const std::string& name, const std::string& text, mode_t mode = 0644) const {
    std::filesystem::create_directories((dir / name).parent_path());
    std::ofstream(dir / name) << text;
    ::chmod((dir / name).c_str(), mode);
  }
  void put_plugin(const std::string& id, const std::string& more = "") const {
    put("plugins/" + id + "/plugin.yaml", "muster: 1\nid: " + id + "\nversion: 1.0.0\n" + more);
  }
  /// What a look finds, as one text.
  std::string look() {
    std::string text;
    for (const auto& change : looks.look()) {
      text += change.folder.filename().string();
      if (change.gone) {
        text += " gone";
      } else if (!change.plugin) {
        text += " wrong: " + change.plugin.error().message;
      } else if (!change.config) {
        text += " misconfigured";
      }
      text += "\n";
    }
    return text;
  }
};

}  // namespace

TEST_CASE("the first look takes what is there, a later one what lay still",
          "[integration][agent]") {
  Folders folders;
  folders.put_plugin("a");
  CHECK(folders.look() == "a\n");
  CHECK(folders.look().empty());
  folders.put_plugin("b");
  CHECK(folders.look().empty());
  folders.put("plugins/b/more", "", 0755);  // it is still being copied
  CHECK(folders.look().empty());
  CHECK(folders.look() == "b\n");
  CHECK(folders.look().empty());
  std::filesystem::remove_all(folders.dir / "plugins/a");
  CHECK(folders.look() == "a gone\n");
  CHECK(folders.look().empty());
}

TEST_CASE("a change is one of plugin.yaml, of a program, of the rights or of the configuration",
          "[integration][agent]") {
  Folders folders;
  folders.put_plugin("a");
  folders.put("plugins/a/run", "1", 0755);
  CHECK(folders.look() == "a\n");
  const auto changes = [&folders] { return folders.look() + folders.look(); };
  folders.put_plugin("a", "doc: Other.\n");
  CHECK(changes() == "a\n");
  folders.put("plugins/a/run", "12", 0755);
  CHECK(changes() == "a\n");
  folders.put("plugins/a/run", "12", 0644);
  CHECK(changes() == "a\n");
  ::chmod((folders.dir / "plugins/a").c_str(), 0700);
  CHECK(changes() == "a\n");
  folders.put("configs/a.yaml", "x: 1\n");
  CHECK(changes() == "a misconfigured\n");
  // What a check keeps in its folder is none.
  folders.put("plugins/a/notes", "12");
  folders.put("plugins/a/cache/x", "12", 0755);
  CHECK(changes().empty());
  // But it is refused where others may write to it, and then that counts.
  folders.put("plugins/a/notes", "12", 0646);
  CHECK_FALSE(changes().empty());
  ::chmod((folders.dir / "plugins/a/notes").c_str(), 0644);
  CHECK_FALSE(changes().empty());
}

TEST_CASE("what is wrong with a folder is told, and hidden ones are nobody's",
          "[integration][agent]") {
  Folders folders;
  folders.put("plugins/.git/config", "x");
  folders.put("plugins/file.so", "x");
  folders.put("plugins/bare/run", "x", 0755);
  folders.put("plugins/text/plugin.yaml", "hello\n");
  folders.put("plugins/void/plugin.yaml", "");
  folders.put_plugin("a", "events: {a.b: {doc: B.}}\n");
  std::filesystem::create_directory_symlink("a", folders.dir / "plugins/link");
  const auto plugins = (folders.dir / "plugins").string();
  CHECK(folders.look() ==
        "a wrong: " + plugins + "/a/plugin.yaml:4:1: events are for libraries; leave it out\n" +
            "bare wrong: " + plugins +
            "/bare/plugin.yaml: there is no such file; every folder here is a plugin and has a "
            "plugin.yaml\n" +
            "link wrong: " + plugins +
            "/link: it is a symbolic link, which is not followed; copy it here\n" +
            "text wrong: " + plugins +
            "/text/plugin.yaml:1:1: the manifest cannot be used: it must be a map, but is a "
            "string\n" +
            "void wrong: " + plugins +
            "/void/plugin.yaml:1:1: the manifest cannot be used: it must be a map, but is null\n");
}

TEST_CASE("a word for a risk that nobody knows is a slip in a folder", "[integration][agent]") {
  const auto told = [](const std::string& risk) {
    Folders folders;
    folders.put_plugin(
        "a", "operations:\n  a.b:\n    doc: B.\n    risk: " + risk + "\n    run: [/bin/true]\n");
    const auto text = folders.look();
    const auto place = text.find("yaml:");
    return place == std::string::npos ? text : text.substr(place);
  };
  CHECK(told("redd") == "yaml:7:5: must be read, change or dangerous; did you mean read?\n");
  CHECK(told("none") == "yaml:7:5: must be read, change or dangerous\n");
  for (const auto* known : {"read", "change", "dangerous"}) CHECK(told(known) == "a\n");
}

TEST_CASE("a node takes 64 folders, and another when one goes", "[integration][agent]") {
  Folders folders;
  const auto name = [](std::size_t i) { return "p" + std::to_string(100 + i); };
  for (std::size_t i = 0; i < FolderLooks::kMaxFolders; ++i) folders.put_plugin(name(i));
  CHECK(folders.look().find("wrong") == std::string::npos);
  folders.put_plugin("z");
  CHECK(folders.look().empty());
  CHECK_THAT(folders.look(), Catch::StartsWith("z wrong: ") &&
                                 Catch::Contains("a node takes 64 folders of programs"));
  CHECK(folders.look().empty());
  std::filesystem::remove_all(folders.dir / "plugins" / name(5));
  CHECK(folders.look() == name(5) + " gone\n");
  CHECK(folders.look() == "z\n");
}

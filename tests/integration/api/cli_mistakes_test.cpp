// What the program `muster` says and how it exits when something is wrong.
#include "world_cli.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

TEST_CASE("mistakes of whoever types are told with the way out", "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  struct Row {
    std::string line;
    std::string says;
  };
  for (const auto& row :
       std::vector<Row>{{"run test.chnge --on all", "test.change"},
                        {"run nothing.here --on all", "nothing"},
                        {"run test.change", "--on"},
                        {"run --on all", "which operation"},
                        {"run test.change --on all count=x", "count"},
                        {"run test.change --on all count", "NAME=TEXT"},
                        {"run test.change --on all count:=x", "JSON"},
                        {"run test.change --on all --timeout soon", "timeout"},
                        {"run test.change --on all --unknown", "unknown"},
                        {"exec --on all", "which program"},
                        {"exec --on all df", "-- df"},
                        {"exec --on all df -h", "\"--\""},
                        {"exec --on all ls -la", "\"--\""},
                        {"node ls --on ''", "--on all"},
                        {"node ls role=web", "--on"},
                        {"status now", "'now'"},
                        {"job ls -- x", "'x'"},
                        {"job show -- x", "one job"},
                        {"plugin ls test", "'test'"},
                        {"enroll token ls all", "'all'"},
                        {"enroll token create web1", "'web1'"},
                        {"enroll token create --label web", "NAME=VALUE"},
                        {"enroll token create --label a=b --label a=c", "twice"},
                        {"run test.change --on all -- count:=1", "without"},
                        {"job show", "one job"},
                        {"job nonsense", "muster job ls"},
                        {"run test.change --on all 'count:=[1'", "column 3"},
                        {"run test.change --on all 'x:={\"a\":1,\"a\":2}'", "\"a\" twice"},
                        {"exce --on all -- true", "'exce'; did you mean muster exec?"},
                        {"nodes ls", "'nodes ls'; did you mean muster node ls?"},
                        {"node list", "'node list'; did you mean muster node ls?"},
                        {"nodes", "'nodes'; did you mean muster node?"},
                        {"enroll token list --json", "did you mean muster enroll token ls?"},
                        {"exec -on all -- true", "did you mean --on?"},
                        {"exec --on all --timeut 3 -- true", "did you mean --timeout?"},
                        {"run change --on all", "did you mean test.change?"},
                        {"--json nonsense", "'nonsense'"},
                        {"--context", "'--context'"},
                        {"nonsense", "--help"}}) {
    INFO(row.line);
    const auto ran = muster(row.line);
    INFO(ran.err);
    CHECK(ran.exit == 2);
    CHECK(ran.says(row.says));
    CHECK(ran.out.empty());
  }
}

TEST_CASE("an operation that is near is told also by help, and none for the end of its name",
          "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  CHECK(muster("run test.chnge --help").says("did you mean test.change?"));
  CHECK_FALSE(muster("run ange --on all").says("did you mean"));
}

TEST_CASE("a selector without quotes is told with them", "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  using Row = std::pair<std::string, std::string>;
  const std::string quoted = "put the selector in quotes: --on 'role=web and canary'";
  for (const auto& [line, says] : std::vector<Row>{
           {"exec --on role=web and canary -- true", "'and' stands alone; " + quoted},
           {"run test.change --on role=web and canary", quoted},
           {"run test.change count:=1 --on role=web and tier=x", "--on 'role=web and tier=x'"},
           {"node ls --on role=web and canary", quoted},
           {"node drain --on role=web and canary", quoted},
           {"exec -C web1 or web2 -- true", "put the selector in quotes: -C 'web1 or web2'"},
           {"node ls --on os.version '>=' 12",
            "put the selector in quotes: --on 'os.version >= 12'"},
           {"node ls --on role=web not canary", "--on 'role=web not canary'"},
           {"node ls --on role in '(web, db)'", "--on 'role in (web, db)'"},
           {"exec --on role=web canary -- true", "a selector with blanks is put in quotes"},
           {"exec 'node-*' -- uptime",
            "'node-*' stands alone before the \"--\"; say where to run "
            "it: --on 'node:node-*'"},
           {"exec role=web -- uptime", "--on 'role=web'"},
           {"exec role=web and canary -- uptime", "--on 'role=web and canary'"},
           {"exec --on all --limit 50 % -- true", "write it without a blank: --limit 50%"},
           {"run test.change --on all --limit 50 %", "--limit 50%"},
           {"run test.change --on all --at-once 10 %", "--at-once 10%"},
           {"run test.change --on all --max-failures 5 %", "--max-failures 5%"}}) {
    INFO(line);
    const auto ran = muster(line);
    INFO(ran.err);
    CHECK(ran.exit == 2);
    CHECK(ran.says(says));
  }
  CHECK(muster("run test.change count:=1 --on all --limit 1 --detach").exit == 0);
}

TEST_CASE(
    "what only the controller finds wrong in a compound of Salt's is pointed at as it was typed",
    "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  const std::string target = "G@role:web and not N@prod";
  const std::string says =
      "there is no group prod; there are none yet\nG@role:web and not N@prod\n                   "
      "^\n";
  for (const std::string& line :
       {"exec -C '" + target + "' -- true", "node ls -C '" + target + "'",
        "run test.change -C '" + target + "'", "node drain -C '" + target + "'",
        "selector explain -C '" + target + "'"}) {
    INFO(line);
    const auto ran = muster(line);
    INFO(ran.err);
    CHECK(ran.exit == 2);
    CHECK(ran.says(says));
  }
  CHECK(muster("node ls --on 'role=web and group:prod'").says("role=web and group:prod\n       "));
}

TEST_CASE("the hint about the two dashes stands where they are missing", "[integration][cli]") {
  ApiWorld world;
  Cli muster(world);
  CHECK(muster("exec --on all ls -la").says("the program stands behind a \"--\""));
  CHECK_FALSE(muster("exec --on all --timeut 3 -- ls").says("the program stands behind"));
}

TEST_CASE("options that all commands have may stand before the command", "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  CHECK(muster("--json node ls").parsed().at("nodes").size() == 1);
  CHECK(muster("--json --no-pager node ls --on all").parsed().at("nodes").size() == 1);
  for (const auto* line : {"--context prod node ls", "--context=prod node ls"}) {
    CHECK(muster(line).err == muster("node ls --context prod").err);
  }
  CHECK(muster("--json run test.change --on all --detach").parsed().contains("job"));
}

TEST_CASE("what is typed and no UTF-8 is refused before anything is sent", "[integration][cli]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  Cli muster(world);
  const std::string cafe = R"($(printf 'caf\351'))";
  for (const auto& line :
       {"exec --on all -- printf " + cafe, "run test.change --on all " + cafe + "=1",
        "node label web1 x=" + cafe, "node ls --on x=" + cafe, "node show " + cafe,
        "exec --on all --timeout " + cafe + " -- true"}) {
    INFO(line);
    const auto ran = muster(line);
    INFO(ran.err);
    CHECK(ran.exit == 2);
    CHECK(ran.says("caf?"));
    CHECK(ran.says("is no UTF-8 text at byte "));
  }
  CHECK(world.on_loop([&] { return agent.tasks().empty(); }));
}

TEST_CASE("a file of any name may be given, one of other bytes than text not",
          "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  const auto file = muster.dir_ / "caf\xE9";
  REQUIRE(write_file_atomic(file, as_bytes("7")));
  CHECK(muster("run test.change count=@'" + file.string() + "' --on all --detach").exit == 0);
  REQUIRE(write_file_atomic(file, as_bytes("\xE9")));
  const auto ran = muster("run test.change count=@'" + file.string() + "' --on all --detach");
  CHECK(ran.exit == 2);
  CHECK(ran.says("caf? is no UTF-8 text at byte 1"));
}

TEST_CASE("what is named and does not exist is exit code 3, with the command that lists the others",
          "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  const std::string id = "7c1e2a58-0000-4000-8000-000000000000";
  using Row = std::pair<std::string, std::string>;
  for (const auto& [line, list] :
       std::vector<Row>{{"node show web9", "muster node ls"},
                        {"plugin show tset", "muster plugin ls"},
                        {"job show nonsense", "muster job ls"},
                        {"job show ../nodes", "muster job ls"},
                        {"job watch ''", "muster job ls"},
                        {"job show " + id, "muster job ls"},
                        {"job watch " + id, "muster job ls"},
                        {"job output " + id, "muster job ls"},
                        {"job cancel " + id, "muster job ls"},
                        {"enroll token revoke " + id, "muster enroll token ls"}}) {
    INFO(line);
    const auto ran = muster(line);
    CHECK(ran.exit == 3);
    CHECK(ran.says("`" + list + "` lists them"));
    CHECK(ran.out.empty());
  }
}

TEST_CASE("a node that a selector names and that does not exist is told of", "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  const auto ran = muster("run test.change --on 'node:web1 or node:web9' --detach");
  CHECK(ran.exit == 0);
  CHECK(ran.says("warning: no node is named web9; did you mean web1?\n"));
  CHECK_FALSE(muster("run test.change --on node:web1 --detach").says("warning"));
}

TEST_CASE("who may not is told so and sees exit code 5", "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world, Role::Viewer);
  CHECK(muster("node ls").exit == 0);
  CHECK(muster("run test.change --on all").exit == 5);
  SECTION("a token that is none") {
    REQUIRE(write_file_atomic(muster.token_file_, as_bytes("nonsense"), 0600));
    const auto ran = muster("node ls");
    CHECK(ran.exit == 5);
    CHECK(ran.says("this token is unknown or was revoked"));
    CHECK_FALSE(ran.says("MUSTER_"));  // it may be that of a login
  }
  SECTION("another CA than the server's") {
    test::TempDir other;
    const auto names = std::vector<std::string>{"127.0.0.1"};
    REQUIRE(tls::load_or_create_identity(other.path(), names, std::chrono::system_clock::now()));
    muster.ca_ = other / "ca.crt";
    const auto ran = muster("node ls");
    CHECK(ran.exit == 5);
    CHECK_FALSE(ran.err.empty());
  }
}

TEST_CASE("a file that the environment names and that is not there is exit code 2",
          "[integration][cli]") {
  ApiWorld world;
  Cli muster(world);
  SECTION("the token's") {
    std::filesystem::remove(muster.token_file_);
    const auto ran = muster("node ls");
    CHECK(ran.exit == 2);
    CHECK(ran.says("MUSTER_TOKEN_FILE: "));
    CHECK(ran.says("operator.token"));
  }
  SECTION("the CA's") {
    muster.ca_ = muster.dir_ / "no.crt";
    const auto ran = muster("node ls");
    CHECK(ran.exit == 2);
    CHECK(ran.says("MUSTER_CA_FILE: "));
    CHECK(ran.says("no.crt"));
  }
}

TEST_CASE("a controller that is not there is exit code 4, one that is not named 2",
          "[integration][cli]") {
  std::unique_ptr<ApiWorld> world = std::make_unique<ApiWorld>();
  Cli muster(*world);
  muster.controller_ = "https://127.0.0.1:1";
  const auto ran = muster("node ls");
  CHECK(ran.exit == 4);
  CHECK(ran.says("127.0.0.1:1"));
  muster.controller_ = "";
  const auto unnamed = muster("node ls");
  CHECK(unnamed.exit == 2);
  CHECK(unnamed.says("MUSTER_CONTROLLER"));
}

TEST_CASE("an address with a port that cannot be is a mistake, and no controller that is away",
          "[integration][cli]") {
  ApiWorld world;
  Cli muster(world);
  muster.controller_ = GENERATE("https://127.0.0.1:84200", "https://127.0.0.1:0",
                                "https://127.0.0.1:/", "https://[::1]:x/");
  const auto ran = muster("node ls");
  CHECK(ran.exit == 2);
  CHECK(ran.says("MUSTER_CONTROLLER is \"" + muster.controller_ +
                 "\", whose port is no number from 1 to 65535"));
}

TEST_CASE("the operator's token is sent to no address that is not https", "[integration][cli]") {
  ApiWorld world;
  Cli muster(world);
  const auto port = muster.controller_.substr(muster.controller_.rfind(':'));
  muster.controller_ = GENERATE("http://127.0.0.1", "127.0.0.1") + port;
  const auto ran = muster("node ls");
  CHECK(ran.exit == 2);
  CHECK(ran.says("is no https:// address"));
}

TEST_CASE("output that cannot be written is told, and a token that nobody saw is of no use",
          "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  const std::string where = GENERATE(">/dev/full", ">&-");
  const auto tokens = [&] { return world.get("/v1/enrollment-tokens").body.at("tokens").size(); };
  const auto before = tokens();
  const auto list = muster("node ls " + where);
  CHECK(list.exit == 1);
  CHECK(list.says("the output could not be written"));
  const auto token = muster("enroll token create --quiet " + where);
  CHECK(token.exit == 1);
  CHECK(token.says("it was revoked"));
  CHECK(tokens() == before);
}

}  // namespace
}  // namespace muster::controller

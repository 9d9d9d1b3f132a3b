#include "support/server/server_process.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sys/wait.h>

namespace atrium::testing {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// This build, installed once into a folder of the test.
class SdkTest : public ::testing::Test {
protected:
    static void SetUpTestSuite()
    {
        work = new TempFolder;
        run({ATRIUM_CMAKE, "--install", ATRIUM_BINARY_DIR, "--prefix", prefix()});
    }
    static void TearDownTestSuite() { delete std::exchange(work, nullptr); }

    static std::string at(const std::string& relative) { return (work->path() / relative).string(); }
    static std::string prefix() { return at("prefix"); }

    /// Runs a program to its end; what it said. Fails the test when its exit status is not 0.
    static std::string run(const std::vector<std::string>& command)
    {
        const TempFolder folder;
        ChildProcess process(command, folder.str() + "/output");
        const int status = process.wait(200s);
        std::ifstream file(folder.str() + "/output");
        std::string output{std::istreambuf_iterator<char>(file), {}};
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << command[0] << " failed:\n" << output;
        return output;
    }
    /// Configures, builds and tests a project that knows the SDK by the installed package only.
    static void buildAndTest(const std::string& source, const std::string& build)
    {
        run({ATRIUM_CMAKE, "-S", source, "-B", build, "-G", "Ninja", "-DCMAKE_PREFIX_PATH=" + prefix(),
             "-DCMAKE_BUILD_TYPE=" ATRIUM_BUILD_TYPE, "-DCMAKE_CXX_COMPILER_LAUNCHER=" ATRIUM_COMPILER_LAUNCHER});
        run({ATRIUM_CMAKE, "--build", build});
        const auto tests = run({ATRIUM_CTEST, "--test-dir", build, "--output-on-failure", "--no-tests=error"});
        EXPECT_NE(tests.find("100% tests passed"), std::string::npos) << tests;
    }

    static inline TempFolder* work = nullptr;
};

TEST_F(SdkTest, APluginFromOutsideIsBuiltTestedDroppedInAndAnswers)
{
    run({prefix() + "/bin/atrium-new-plugin", "my_meter", at("my_meter")});
    buildAndTest(at("my_meter"), at("build"));

    ServerProcess server(prefix() + "/bin/atriumd", {});
    server.start();
    server.signIn();
    EXPECT_EQ(server.get("/api/my_meter/greeting?name=Ada").status, 404);
    fs::create_directories(server.dataFolder() + "/plugins.d");
    fs::copy(at("build/lib/plugins/my_meter"), server.dataFolder() + "/plugins.d/my_meter",
             fs::copy_options::recursive);
    const auto loaded =
        run({prefix() + "/bin/atriumctl", "--url", "http://127.0.0.1:" + std::to_string(server.httpPort()), "--data",
             server.dataFolder(), "plugins", "load", "my_meter"});
    EXPECT_EQ(loaded, "my_meter: running \n");
    EXPECT_EQ(server.get("/api/my_meter/greeting?name=Ada").text, R"({"text":"Hello, Ada","count":1})");

    server.setToken("");
    EXPECT_EQ(server.get("/api/my_meter/greeting?name=Ada").status, 401);
    EXPECT_EQ(server.stop(), 0);
}

TEST_F(SdkTest, TheInstalledServerNeedsNothingOfTheBuild)
{
    for (const char* program : {"atriumd", "atriumctl", "atrium-plugin-probe"})
        EXPECT_EQ(run({"readelf", "-d", prefix() + "/bin/" + program}).find(ATRIUM_BINARY_DIR), std::string::npos)
            << program;
    for (const auto& plugin : fs::directory_iterator(prefix() + "/lib/atrium/plugins")) {
        const auto library = plugin.path() / ("lib" + plugin.path().filename().string() + ".so");
        EXPECT_EQ(run({"readelf", "-d", library}).find(ATRIUM_BINARY_DIR), std::string::npos) << library;
    }
}

TEST_F(SdkTest, TheScaffolderAddsAPluginToTheTree)
{
    // The parts of the tree that the scaffolder reads and changes, with the installed SDK in the place of sdk/.
    const fs::path source = ATRIUM_SOURCE_DIR;
    for (const char* part : {"scripts/dev", "sdk/template"}) {
        fs::create_directories(at("tree/") + part);
        fs::copy(source / part, at("tree/") + part, fs::copy_options::recursive);
    }
    work->write("tree/plugins/CMakeLists.txt", "# One line a plugin\n");
    work->write("tree/CMakeLists.txt", "cmake_minimum_required(VERSION 3.25)\nproject(Tree LANGUAGES CXX)\n"
                                       "set(CMAKE_CXX_STANDARD 20)\nfind_package(Atrium REQUIRED)\nenable_testing()\n"
                                       "add_subdirectory(plugins)\n");
    const auto folder = run({at("tree/scripts/dev/new_plugin"), "heat_pump"});
    EXPECT_EQ(folder, at("tree/plugins/heat_pump\n"));
    buildAndTest(at("tree"), at("tree-build"));
    EXPECT_TRUE(fs::exists(at("tree-build/lib/plugins/heat_pump/libheat_pump.so")));
}

TEST_F(SdkTest, TheScaffolderRefusesNamesThatCannotBePluginsAndFoldersThatExist)
{
    const auto refused = [&](const std::vector<std::string>& words) {
        std::vector<std::string> command{prefix() + "/bin/atrium-new-plugin"};
        command.insert(command.end(), words.begin(), words.end());
        return WEXITSTATUS(ChildProcess(command, at("refusals")).wait(10s));
    };
    EXPECT_EQ(refused({}), 2);
    EXPECT_EQ(refused({"meter"}), 2) << "an installed scaffolder has no tree to put it in";
    EXPECT_EQ(refused({"My-Meter", at("x")}), 2);
    EXPECT_EQ(refused({"meter", at("prefix")}), 1);
    EXPECT_FALSE(fs::exists(at("x")));
}

} // namespace
} // namespace atrium::testing

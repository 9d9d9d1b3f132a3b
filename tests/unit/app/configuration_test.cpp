#include "app/configuration.h"
#include "app/part_options.h"
#include "plugins/manifest.h"

#include "support/temp_folder.h"

#include <gtest/gtest.h>

#include <fstream>

namespace atrium::app {
namespace {

std::string refusal(const std::vector<std::string>& options, const std::vector<std::string>& environment = {})
{
    try {
        const Configuration configuration({}, options, environment);
        return "accepted";
    }
    catch (const ConfigurationError& error) {
        return error.what();
    }
}

TEST(Configuration, CommandLineIsOverEnvironmentIsOverFileIsOverDefaults)
{
    const testing::TempFolder folder;
    const auto file =
        folder.write("atrium.properties", "http.port = 1001\nlog.level = error\nmqtt.port = 1002\n").string();
    const Configuration configuration(file, {"http.port=3001,3002"},
                                      {"ATRIUM_HTTP_PORT=2001", "ATRIUM_MQTT_PORT=2002", "OTHER=x"});
    EXPECT_EQ(configuration.ports("http.port"), (std::vector<int>{3001, 3002}));
    EXPECT_EQ(configuration.integer("mqtt.port"), 2002);
    EXPECT_EQ(configuration.text("log.level"), "error");
    EXPECT_EQ(configuration.text("site.language"), "fr");
}

TEST(Configuration, AWrongValueIsNamedWithWhatIsAllowed)
{
    EXPECT_EQ(refusal({"http.threads=0"}), "http.threads = 0: allowed is a whole number from 1 to 64");
    EXPECT_EQ(refusal({"home.open=maybe"}), "home.open = maybe: allowed is true or false");
    EXPECT_EQ(refusal({}, {"ATRIUM_LOG_FORMAT=xml"}), "log.format = xml: allowed is one of human json");
    EXPECT_EQ(refusal({"nonsense=1"}), "nonsense: there is no such key");
    EXPECT_EQ(refusal({"http.port=70000"}), "http.port = 70000: allowed is port numbers, separated by commas");
}

TEST(Configuration, AnUnknownKeyInTheFileIsNamed)
{
    const testing::TempFolder folder;
    const auto file = folder.write("atrium.properties", "http.prot = 1\n").string();
    EXPECT_THROW(Configuration(file, {}, {}), ConfigurationError);
    EXPECT_THROW(Configuration(folder.str() + "/absent", {}, {}), ConfigurationError);
}

TEST(Configuration, SettingsOfPluginsComeThroughAllLayers)
{
    const testing::TempFolder folder;
    const auto file =
        folder.write("atrium.properties", "plugins.devices.demo = true\nplugins.auth.a = file\n").string();
    const Configuration configuration(file, {"plugins.x.y=line"}, {"ATRIUM_PLUGINS_AUTH_A=environment"});
    EXPECT_EQ(configuration.pluginSetting("plugins.devices.demo"), "true");
    EXPECT_EQ(configuration.pluginSetting("plugins.auth.a"), "environment");
    EXPECT_EQ(configuration.pluginSetting("plugins.x.y"), "line");
    EXPECT_FALSE(configuration.pluginSetting("plugins.x.z"));
}

TEST(Configuration, GivesPluginsTheKeysOfTheServerThatAreTheirBusiness)
{
    const Configuration configuration({}, {"smtp.host=mail.example.org", "plugins.notify.smtpPort=26"}, {});
    EXPECT_EQ(pluginSetting(configuration, "plugins.notify.smtpHost"), "mail.example.org");
    EXPECT_EQ(pluginSetting(configuration, "plugins.notify.smtpTls"), "starttls");
    EXPECT_EQ(pluginSetting(configuration, "plugins.notify.smtpPort"), "26") << "the plugin's own key wins";
    EXPECT_FALSE(pluginSetting(configuration, "plugins.notify.patienceHours"));
    // Every smtp key of the server reaches the plugin that sends mails.
    const auto manifest = plugins::readManifest(ATRIUM_SOURCE_DIR "/plugins/notify").value();
    std::size_t given = 0;
    for (const auto& setting : manifest.settings)
        given += pluginSetting(configuration, "plugins.notify." + setting.key) ? 1 : 0;
    const auto& keys = configurationKeys();
    EXPECT_EQ(given,
              std::count_if(keys.begin(), keys.end(), [](const KeySpec& key) { return key.key.starts_with("smtp."); }));
}

TEST(Configuration, TheShippedFileHoldsEveryKeyAndNothingElse)
{
    std::ifstream file(ATRIUM_SOURCE_DIR "/etc/atrium.properties");
    const std::string shipped(std::istreambuf_iterator<char>(file), {});
    EXPECT_EQ(shipped, propertiesTemplate()) << "make it anew: atriumd --print-config > etc/atrium.properties";
}

} // namespace
} // namespace atrium::app

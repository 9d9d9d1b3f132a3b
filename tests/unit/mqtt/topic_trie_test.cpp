#include "mqtt/topic_trie.h"

#include <gmock/gmock.h>

namespace atrium::mqtt {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class TopicTrieTest : public ::testing::Test {
protected:
    std::vector<std::string> match(std::string_view topic) const
    {
        std::vector<std::string> found;
        trie.match(topic, found);
        return found;
    }
    void add(std::initializer_list<const char*> filters)
    {
        for (const auto* filter : filters) trie.insert(filter, filter);
    }
    TopicTrie<std::string> trie;
};

TEST_F(TopicTrieTest, FollowsTheWildcardRulesOfTheSpecification)
{
    add({"a/b", "a/+", "+/b", "a/#", "#", "+", "/+", "a/+/c", "a/b/c/#"});
    EXPECT_THAT(match("a/b"), UnorderedElementsAre("a/b", "a/+", "+/b", "a/#", "#"));
    EXPECT_THAT(match("a"), UnorderedElementsAre("a/#", "#", "+"));
    EXPECT_THAT(match("/x"), UnorderedElementsAre("/+", "#"));
    EXPECT_THAT(match("a/b/c"), UnorderedElementsAre("a/#", "#", "a/+/c", "a/b/c/#"));
    EXPECT_THAT(match("a/"), UnorderedElementsAre("a/+", "a/#", "#"));
    EXPECT_THAT(match("z/z/z"), UnorderedElementsAre("#"));
}

TEST_F(TopicTrieTest, WildcardsDoNotMatchTopicsOfTheBroker)
{
    add({"#", "+/x", "$SYS/#"});
    EXPECT_THAT(match("$SYS/x"), UnorderedElementsAre("$SYS/#"));
}

TEST_F(TopicTrieTest, RealTopicsHoldSpacesAccentsAndColons)
{
    add({"zigbee2mqtt/Salle 2 - Fenêtre", "+/status/switch:0"});
    EXPECT_THAT(match("zigbee2mqtt/Salle 2 - Fenêtre"), UnorderedElementsAre("zigbee2mqtt/Salle 2 - Fenêtre"));
    EXPECT_THAT(match("shelly é/status/switch:0"), UnorderedElementsAre("+/status/switch:0"));
}

TEST_F(TopicTrieTest, RemovedFiltersLeaveNothingBehind)
{
    add({"a/b/c", "a/b/c", "a/#"});
    EXPECT_TRUE(trie.remove("a/b/c", "a/b/c"));
    EXPECT_THAT(match("a/b/c"), UnorderedElementsAre("a/b/c", "a/#"));
    EXPECT_TRUE(trie.remove("a/b/c", "a/b/c"));
    EXPECT_TRUE(trie.remove("a/#", "a/#"));
    EXPECT_FALSE(trie.remove("a/#", "a/#"));
    EXPECT_TRUE(trie.empty());
}

} // namespace
} // namespace atrium::mqtt

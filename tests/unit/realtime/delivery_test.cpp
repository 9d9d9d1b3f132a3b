#include "realtime/outbox.h"
#include "realtime/replay_ring.h"
#include "realtime/topic_filter.h"

#include <gtest/gtest.h>

namespace atrium::realtime {
namespace {

MessagePtr message(std::uint64_t seq, std::string frame, std::string key = {})
{
    auto made = std::make_shared<OutgoingMessage>();
    made->seq = seq;
    made->frame = std::move(frame);
    made->conflationKey = std::move(key);
    return made;
}

std::string content(const Outbox& outbox)
{
    iovec vectors[16];
    std::string all;
    const int count = outbox.gather(vectors, 16);
    for (int i = 0; i < count; ++i) all.append(static_cast<const char*>(vectors[i].iov_base), vectors[i].iov_len);
    return all;
}

TEST(Outbox, SendsInOrderAndInParts)
{
    Outbox outbox(100);
    EXPECT_TRUE(outbox.push(message(1, "abc")));
    EXPECT_TRUE(outbox.push(message(2, "def")));
    EXPECT_EQ(outbox.sent(2), 0u);
    EXPECT_EQ(content(outbox), "cdef");
    EXPECT_EQ(outbox.sent(2), 1u);
    EXPECT_EQ(content(outbox), "ef");
    EXPECT_EQ(outbox.sent(2), 1u);
    EXPECT_TRUE(outbox.empty());
    EXPECT_EQ(outbox.bytes(), 0u);
}

TEST(Outbox, ANewerMessageReplacesTheUnsentOneWithItsKey)
{
    Outbox outbox(100);
    outbox.push(message(1, "old-a;", "a"));
    outbox.push(message(2, "b;", "b"));
    outbox.push(message(3, "new-a;", "a"));
    EXPECT_EQ(content(outbox), "b;new-a;");
    EXPECT_EQ(outbox.bytes(), 8u);
}

TEST(Outbox, AMessageThatIsOnTheWireInPartIsFinished)
{
    Outbox outbox(100);
    outbox.push(message(1, "old-a;", "a"));
    outbox.sent(3);
    outbox.push(message(2, "new-a;", "a"));
    EXPECT_EQ(content(outbox), "-a;new-a;");
    outbox.push(message(3, "last-a;", "a"));
    EXPECT_EQ(content(outbox), "-a;last-a;");
    outbox.sent(10);
    EXPECT_TRUE(outbox.empty());
}

TEST(Outbox, RefusesWhatASlowClientWouldNotTake)
{
    Outbox outbox(10);
    EXPECT_TRUE(outbox.push(message(1, std::string(50, 'x')))) << "one message always fits";
    EXPECT_FALSE(outbox.push(message(2, "y")));
}

TEST(ReplayRing, ReplaysWhatWasMissedAndOnlyTheNewestOfAKey)
{
    ReplayRing ring(100, 1000);
    ring.add(message(1, "a", "k"));
    ring.add(message(2, "b"));
    ring.add(message(3, "c", "k"));
    ring.add(message(4, "d"));
    const auto seqs = [&](std::uint64_t after, std::uint64_t until) {
        std::string text;
        const auto found = ring.since(after, until);
        if (!found) return std::string("resync");
        for (const auto& each : *found) text += std::to_string(each->seq);
        return text;
    };
    EXPECT_EQ(seqs(0, 4), "234");
    EXPECT_EQ(seqs(3, 4), "4");
    EXPECT_EQ(seqs(4, 4), "");
    EXPECT_EQ(seqs(0, 2), "2") << "1 was overtaken by 3, which the client gets live";
    EXPECT_EQ(seqs(5, 4), "resync") << "a number of another life";
}

TEST(ReplayRing, ForgetsTheOldestAndKnowsIt)
{
    ReplayRing ring(3, 1000);
    for (std::uint64_t seq = 1; seq <= 5; ++seq) ring.add(message(seq, "x"));
    EXPECT_FALSE(ring.since(1, 5));
    EXPECT_EQ(ring.since(2, 5)->size(), 3u);
    ReplayRing bytes(100, 10);
    for (std::uint64_t seq = 1; seq <= 5; ++seq) bytes.add(message(seq, "xxxx"));
    EXPECT_FALSE(bytes.since(2, 5));
    EXPECT_EQ(bytes.since(3, 5)->size(), 2u);
    ring.breakHistory(6);
    EXPECT_FALSE(ring.since(5, 6));
    EXPECT_TRUE(ring.since(6, 6)->empty());
}

TEST(TopicFilter, StartsWithEverythingAndNarrows)
{
    TopicFilter filter;
    EXPECT_TRUE(filter.wants("devices"));
    filter.unsubscribe({"energy*"});
    EXPECT_FALSE(filter.wants("energy.live"));
    EXPECT_TRUE(filter.wants("devices"));
    filter.subscribe({"plugs*", "devices"});
    EXPECT_TRUE(filter.wants("plugs.7"));
    EXPECT_FALSE(filter.wants("events"));
    filter.subscribe({"energy.live"});
    EXPECT_TRUE(filter.wants("energy.live"));
    EXPECT_FALSE(filter.wants("energy.other"));
    filter.unsubscribe({"devices"});
    EXPECT_FALSE(filter.wants("devices"));
}

TEST(TopicFilter, StaysBounded)
{
    TopicFilter filter;
    List many;
    for (int i = 0; i < 1000; ++i) many.push_back("t" + std::to_string(i));
    filter.subscribe(many);
    EXPECT_TRUE(filter.wants("t0"));
    EXPECT_FALSE(filter.wants("t999"));
}

} // namespace
} // namespace atrium::realtime

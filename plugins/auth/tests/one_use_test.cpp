// What is good once is good once, however many try at the same moment; on both databases.
#include "account_repository.h"
#include "code_repository.h"
#include "invitation_repository.h"
#include "one_time_password.h"
#include "rights_repository.h"
#include "second_factor_repository.h"

#include "support/test_database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <thread>

namespace atrium::auth {
namespace {

using namespace std::chrono_literals;

const UtcTime now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

class OneUseTest : public ::testing::TestWithParam<SqlDialect> {
protected:
    void SetUp() override
    {
        database.migrate("auth", std::filesystem::path(ATRIUM_PLUGIN_SOURCE_DIR) / "migrations");
        factors.use(std::string(32, 'f'));
        codes.use(std::string(32, 'c'));
        ada = add("ada@example.org");
    }
    UserId add(const std::string& email, const std::string& hash = "hash")
    {
        Account account;
        account.email = email;
        account.name = {"Ada", "ada", "Ada", ""};
        account.passwordHash = hash;
        account.createdAt = now;
        return accounts.create(account)->id;
    }
    /// How many of twenty that try at once succeed.
    static int winners(const std::function<bool()>& use)
    {
        std::atomic<int> won{0};
        std::latch ready(20);
        std::vector<std::thread> threads;
        for (int i = 0; i < 20; ++i)
            threads.emplace_back([&] {
                ready.arrive_and_wait();
                if (use()) ++won;
            });
        for (auto& thread : threads) thread.join();
        return won;
    }

    testing::TestDatabase database{GetParam()};
    AccountRepository accounts{*database};
    SecondFactorRepository factors{*database};
    CodeRepository codes{*database};
    InvitationRepository invitations{*database};
    UserId ada;
};

INSTANTIATE_TEST_SUITE_P(Dialects, OneUseTest, ::testing::Values(SqlDialect::Sqlite, SqlDialect::MySql),
                         [](const auto& info) { return testing::nameOf(info.param); });

TEST_P(OneUseTest, ACodeOfAnAppIsTakenOnce)
{
    const auto secret = totp::newSecret();
    factors.proposeTotp(ada, secret);
    const auto code = totp::codeAt(secret, totp::stepAt(now));
    EXPECT_EQ(winners([&] { return factors.takeTotp(ada, code, now); }), 1);
    EXPECT_FALSE(factors.takeTotp(ada, code, now + 30s)) << "within the drift that is allowed";
    EXPECT_FALSE(factors.takeTotp(ada, totp::codeAt(secret, totp::stepAt(now) - 1), now)) << "an older step";
    EXPECT_TRUE(factors.find(ada).hasTotp());
}

TEST_P(OneUseTest, AMailedCodeIsTakenOnce)
{
    const auto code = codes.make(ada, CodeRepository::Purpose::Reset, now + 15min);
    EXPECT_FALSE(codes.take(ada, CodeRepository::Purpose::Confirm, code, now)) << "for another purpose";
    EXPECT_EQ(winners([&] { return codes.take(ada, CodeRepository::Purpose::Reset, code, now); }), 1);
}

TEST_P(OneUseTest, FiveWrongTriesAtOnceAreAllThatACodeStands)
{
    const auto code = codes.make(ada, CodeRepository::Purpose::Reset, now + 15min);
    const auto wrong = code == "111111" ? "222222" : "111111";
    EXPECT_EQ(winners([&] { return codes.take(ada, CodeRepository::Purpose::Reset, wrong, now); }), 0);
    EXPECT_FALSE(codes.take(ada, CodeRepository::Purpose::Reset, code, now));
}

TEST_P(OneUseTest, ARecoveryCodeIsTakenOnce)
{
    const auto made = factors.makeRecoveryCodes(ada);
    EXPECT_EQ(winners([&] { return factors.takeRecoveryCode(ada, made[0]); }), 1);
    EXPECT_EQ(factors.find(ada).recoveryCodes, 9);
}

TEST_P(OneUseTest, AnInvitationIsUsedOnce)
{
    const auto [invitation, code] = invitations.create({0, "", Role::User, ada, now, now + 1h});
    ASSERT_TRUE(invitations.find(code, "x@example.org", now));
    EXPECT_FALSE(invitations.find(code, "x@example.org", now + 1h)) << "its time is over";
    EXPECT_EQ(winners([&, id = invitation.id] { return invitations.use(id); }), 1);
    EXPECT_FALSE(invitations.find(code, "x@example.org", now));
}

TEST_P(OneUseTest, AnIdentityBelongsToOneAccount)
{
    const auto bob = add("bob@example.org");
    EXPECT_EQ(winners([&] { return accounts.addIdentity(ada, "https://idp.example", "42"); }), 1);
    EXPECT_FALSE(accounts.addIdentity(bob, "https://idp.example", "42"));
    EXPECT_FALSE(accounts.addIdentity(UserId{999}, "https://idp.example", "43")) << "no such account";
    EXPECT_EQ(accounts.findIdentity("https://idp.example", "42")->id, ada);
    EXPECT_FALSE(accounts.findIdentity("https://idp.example/", "42"));
    EXPECT_FALSE(accounts.findIdentity("https://idp.example", "42 "));
}

TEST_P(OneUseTest, AnAccountThatIsClaimedKeepsNothingOfWhoeverMadeIt)
{
    const auto secret = totp::newSecret();
    factors.proposeTotp(ada, secret);
    factors.takeTotp(ada, totp::codeAt(secret, totp::stepAt(now)), now);
    factors.makeRecoveryCodes(ada);
    factors.remember(ada, RememberedDevice::Purpose::Login, "device", "phone", now, now + 24h);
    accounts.setTwoFactor(ada, TwoFactorState::On, now);
    accounts.claim(ada, now);
    const auto account = accounts.find(ada);
    EXPECT_EQ(account->passwordHash, noPassword);
    EXPECT_TRUE(account->emailVerified);
    EXPECT_FALSE(account->twoFactorEnabled);
    EXPECT_FALSE(factors.find(ada).isOn());
    EXPECT_EQ(factors.find(ada).recoveryCodes, 0);
    EXPECT_FALSE(factors.ownerOf(RememberedDevice::Purpose::Login, "device", now));
}

TEST_P(OneUseTest, AnotherAddressIsNotVerified)
{
    accounts.confirm(ada, now);
    ProfileChange sameAddress, another;
    sameAddress.email = "ADA@example.org";
    another.email = "ada@elsewhere.org";
    EXPECT_TRUE((*accounts.change(ada, sameAddress, now))->emailVerified);
    EXPECT_FALSE((*accounts.change(ada, another, now))->emailVerified);
    EXPECT_FALSE(accounts.find(ada)->emailVerified);
}

TEST_P(OneUseTest, RightsComeBackAsTheyWere)
{
    RightsRepository rights(*database);
    const auto before = rights.grants().size();
    rights.putRole({"caretaker", Role::Manager, true, true});
    const auto group = rights.createGroup("Étage 2");
    ASSERT_TRUE(group);
    EXPECT_FALSE(rights.createGroup("Étage 2"));
    EXPECT_TRUE(rights.setMembers(group->id, {ada}));
    EXPECT_FALSE(rights.setMembers(group->id, {UserId{999}}));
    Grant grant;
    grant.group = group->id;
    grant.permission = "devices.control";
    grant.objectKind = AccessObject::Kind::Room;
    grant.objectId = "Salon";
    grant.window = {0x1f, 8 * 60, 18 * 60, now, now + 24h};
    grant.createdBy = ada;
    grant.createdAt = now;
    ASSERT_TRUE(rights.createGrant(grant));
    const auto read = rights.grants().back();
    EXPECT_EQ(rights.grants().size(), before + 1);
    EXPECT_EQ(read.group, group->id);
    EXPECT_EQ(read.objectKind, AccessObject::Kind::Room);
    EXPECT_EQ(read.objectId, "Salon");
    EXPECT_EQ(read.window.days, 0x1fu);
    EXPECT_EQ(read.window.fromMinute, 8 * 60);
    EXPECT_EQ(read.window.validUntil, now + 24h);
    EXPECT_EQ(rights.groups().front().members, std::vector<UserId>{ada});
    const auto code = rights.createGuestLink(ada, ada, now, now + 1h);
    EXPECT_EQ(rights.guestOf(code, now), ada);
    EXPECT_FALSE(rights.guestOf(code, now + 1h));
    EXPECT_FALSE(rights.guestOf(code + "x", now));
    EXPECT_TRUE(rights.removeGroup(group->id));
    EXPECT_EQ(rights.grants().size(), before) << "its grants go with it";
}

} // namespace
} // namespace atrium::auth

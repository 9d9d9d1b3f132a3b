#include "atrium/address.h"

#include <gtest/gtest.h>

namespace atrium {
namespace {

TEST(AddressTest, KnowsWhichAddressesAreOfTheInternet)
{
    for (const char* address : {"1.1.1.1", "172.15.255.255", "172.32.0.1", "192.169.0.1", "100.63.255.255",
                                "223.255.255.255", "2606:4700:4700::1111", "2a00:1450::1"})
        EXPECT_TRUE(isPublicAddress(address)) << address;
    for (const char* address : {"0.0.0.0",
                                "127.0.0.1",
                                "127.255.0.1",
                                "10.1.2.3",
                                "172.16.0.1",
                                "172.31.255.255",
                                "192.168.1.1",
                                "169.254.169.254",
                                "100.64.0.1",
                                "198.18.0.1",
                                "224.0.0.1",
                                "255.255.255.255",
                                "::",
                                "::1",
                                "::ffff:127.0.0.1",
                                "::ffff:1.1.1.1",
                                "fe80::1",
                                "fc00::1",
                                "fd12::1",
                                "ff02::1",
                                "64:ff9b::7f00:1",
                                "2002:7f00:1::",
                                "2001::1",
                                "2001:db8::1"})
        EXPECT_FALSE(isPublicAddress(address)) << address;
}

TEST(AddressTest, WhatIsNoAddressIsNotPublic)
{
    for (const char* text : {"", "localhost", "1.2.3", "1.2.3.4.5", "2a00:1450::1%eth0", "0x7f000001"})
        EXPECT_FALSE(isPublicAddress(text)) << text;
}

} // namespace
} // namespace atrium

#pragma once

#include "atrium/fingerprint.h"

#include <Poco/Version.h>

#include <cstdint>

/// Major: an incompatible change of any SDK type. Minor: additions only. Nothing is released yet: until then a plugin
/// must have been built with the very headers of the server (ATRIUM_SDK_FINGERPRINT), whatever these numbers say.
#define ATRIUM_ABI_MAJOR 1
#define ATRIUM_ABI_MINOR 0

#define ATRIUM_TEXT_OF(x) #x
#define ATRIUM_TEXT(x) ATRIUM_TEXT_OF(x)

/// What must be the same in the server and a plugin for C++ objects to pass between them.
#if defined(__clang__)
#define ATRIUM_COMPILER "clang" ATRIUM_TEXT(__clang_major__)
#else
#define ATRIUM_COMPILER "gcc" ATRIUM_TEXT(__GNUC__)
#endif
#define ATRIUM_BUILD_TAG                                                                                               \
    ATRIUM_COMPILER "-cxxabi" ATRIUM_TEXT(__GXX_ABI_VERSION) "-cxx11abi" ATRIUM_TEXT(                                  \
        _GLIBCXX_USE_CXX11_ABI) "-poco" ATRIUM_TEXT(POCO_VERSION) "-sdk" ATRIUM_SDK_FINGERPRINT

namespace atrium {
class Plugin;
}

extern "C" {
/// The plain-C description that a plugin's only exported function returns; static, never freed.
struct AtriumPluginDescriptor {
    std::uint32_t size; ///< sizeof(AtriumPluginDescriptor)
    std::uint16_t abiMajor;
    std::uint16_t abiMinor;
    const char* buildTag;
    const char* id;
    const char* version;
    atrium::Plugin* (*create)();
    void (*destroy)(atrium::Plugin*);
};
}

/// The name of the exported function: `const AtriumPluginDescriptor* atriumPluginDescriptor()`.
#define ATRIUM_PLUGIN_ENTRY "atriumPluginDescriptor"

/// Exports `Class` (a default-constructible atrium::Plugin) as plugin `Id`, which must equal the id in plugin.json.
#define ATRIUM_PLUGIN(Class, Id, Version)                                                                              \
    extern "C" __attribute__((visibility("default"))) const AtriumPluginDescriptor* atriumPluginDescriptor();          \
    extern "C" const AtriumPluginDescriptor* atriumPluginDescriptor()                                                  \
    {                                                                                                                  \
        static const AtriumPluginDescriptor descriptor{sizeof(AtriumPluginDescriptor),                                 \
                                                       ATRIUM_ABI_MAJOR,                                               \
                                                       ATRIUM_ABI_MINOR,                                               \
                                                       ATRIUM_BUILD_TAG,                                               \
                                                       Id,                                                             \
                                                       Version,                                                        \
                                                       []() -> ::atrium::Plugin* { return new Class(); },              \
                                                       [](::atrium::Plugin* plugin) { delete plugin; }};               \
        return &descriptor;                                                                                            \
    }

#include "plugins/plugin_module.h"

#include "runtime/child_process.h"

#include <csignal>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace atrium::plugins {

namespace {

Error refused(const std::string& reason)
{
    return makeError(ErrorCode::Unprocessable, {"Extension refusée : " + reason, "Plugin refused: " + reason});
}

} // namespace

std::string descriptorMismatch(const AtriumPluginDescriptor& descriptor, const Manifest& manifest)
{
    const auto versus = [](const std::string& plugin, const std::string& server) {
        return " (plugin: " + plugin + ", server: " + server + ")";
    };
    if (descriptor.size != sizeof(AtriumPluginDescriptor))
        return "its descriptor has another size" +
               versus(std::to_string(descriptor.size), std::to_string(sizeof(AtriumPluginDescriptor)));
    const auto abi = [](int major, int minor) { return std::to_string(major) + '.' + std::to_string(minor); };
    if (descriptor.abiMajor != ATRIUM_ABI_MAJOR || descriptor.abiMinor > ATRIUM_ABI_MINOR)
        return "it was built for another ABI" +
               versus(abi(descriptor.abiMajor, descriptor.abiMinor), abi(ATRIUM_ABI_MAJOR, ATRIUM_ABI_MINOR));
    if (std::strcmp(descriptor.buildTag, ATRIUM_BUILD_TAG) != 0)
        return "it was built with other tools or another SDK" + versus(descriptor.buildTag, ATRIUM_BUILD_TAG);
    if (manifest.id != descriptor.id)
        return std::string("the library names itself ") + descriptor.id + ", plugin.json " + manifest.id;
    return {};
}

Result<const AtriumPluginDescriptor*> openPlugin(const Manifest& manifest)
{
    void* library = ::dlopen(manifest.library().c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) return refused(::dlerror());
    using Entry = const AtriumPluginDescriptor* (*)();
    const auto entry = reinterpret_cast<Entry>(::dlsym(library, ATRIUM_PLUGIN_ENTRY));
    if (!entry) return refused("the library has no entry " ATRIUM_PLUGIN_ENTRY);
    const AtriumPluginDescriptor* descriptor = entry();
    if (!descriptor) return refused("the library has no descriptor");
    if (const auto mismatch = descriptorMismatch(*descriptor, manifest); !mismatch.empty()) return refused(mismatch);
    return descriptor;
}

Result<void> probePlugin(const std::filesystem::path& probe, const Manifest& manifest,
                         std::chrono::milliseconds timeout)
{
    int output[2];
    if (::pipe2(output, O_CLOEXEC | O_NONBLOCK) != 0) return refused("no pipe for the probe");
    std::string said;
    std::optional<int> status;
    try {
        runtime::ChildProcess child(
            {{probe.string(), manifest.folder.string()}, {{output[1], 1}, {output[1], 2}}, SIGKILL});
        status = child.wait(timeout);
    }
    catch (const std::exception& error) {
        said = error.what();
    }
    ::close(output[1]);
    char buffer[2048];
    const auto size = ::read(output[0], buffer, sizeof buffer);
    if (size > 0) said.assign(buffer, static_cast<std::size_t>(size));
    ::close(output[0]);
    while (!said.empty() && said.back() == '\n') said.pop_back();

    if (!status) return refused(said.empty() ? "it hangs when it is loaded" : said);
    if (WIFEXITED(*status) && WEXITSTATUS(*status) == 0) return {};
    if (WIFEXITED(*status) && WEXITSTATUS(*status) == 2) return refused(said);
    return refused("it crashes when it is loaded: " + runtime::describeExit(*status) +
                   (said.empty() ? "" : ", " + said));
}

} // namespace atrium::plugins

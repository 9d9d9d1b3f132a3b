#include "automation/lua/script_host.h"

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace atrium::automation::lua {

ScriptHost::ScriptHost(int socket, SliceBoard& board, std::chrono::milliseconds sliceBudget, std::size_t scriptMemory)
    : socket_(socket), budget_(board, sliceBudget), context_{mirror_,
                                                             budget_,
                                                             modules_,
                                                             surroundings_,
                                                             [this](const FromHost& message) { send(message); },
                                                             scriptMemory}
{}

void ScriptHost::run()
{
    FrameBuffer frames;
    char buffer[65536];
    for (;;) {
        const auto size = ::recv(socket_, buffer, sizeof buffer, 0);
        if (size == 0) return;
        if (size < 0) {
            if (errno == EINTR) continue;
            throw std::runtime_error("cannot read from the server");
        }
        frames.append({buffer, static_cast<std::size_t>(size)});
        while (const auto frame = frames.next()) {
            auto message = decodeMessage<ToHost>(*frame);
            if (!message) throw std::runtime_error("unreadable message");
            handle(*message);
            // At once: a later message of this batch may take all of its CPU time.
            flush();
        }
        if (frames.broken()) throw std::runtime_error("broken stream");
    }
}

void ScriptHost::handle(ToHost& message)
{
    std::visit(
        [this](auto& request) {
            using T = std::decay_t<decltype(request)>;
            if constexpr (std::is_same_v<T, DefineModules>) {
                modules_ = std::move(request.modules);
                surroundings_.clear();
                for (const auto& device : request.surroundings) surroundings_.push_back(&mirror_.put(device));
            }
            else if constexpr (std::is_same_v<T, LoadScript>) load(request);
            else if constexpr (std::is_same_v<T, UnloadScript>) {
                scripts_.erase(request.instance);
                std::erase_if(runs_, [&](const auto& run) { return run.second == request.instance; });
            }
            else if constexpr (std::is_same_v<T, DefineDevice>) {
                if (mirror_.find(request.device.id)) mirror_.put(request.device);
            }
            else if constexpr (std::is_same_v<T, MirrorUpdate>) mirror_.update(request);
            else if constexpr (std::is_same_v<T, ShowDevice>) mirror_.put(request.device);
            else if constexpr (std::is_same_v<T, ProbeConditions>) {
                if (const auto found = scripts_.find(request.instance); found != scripts_.end())
                    found->second->probe(request);
            }
            else if constexpr (std::is_same_v<T, SelectionAnswer> || std::is_same_v<T, ModuleAnswer>) {
                if (const auto found = scripts_.find(request.instance); found != scripts_.end())
                    found->second->answer(request);
            }
            else if constexpr (std::is_same_v<T, DeviceAnswer>) {
                if (const auto found = scripts_.find(request.instance); found != scripts_.end())
                    found->second->answer(request);
            }
            else if constexpr (std::is_same_v<T, StartRun>) {
                const auto found = scripts_.find(request.instance);
                if (found == scripts_.end())
                    return send(RunEnded{request.run, RunEnd::Failed, "not loaded", {}, 0, {}});
                runs_[request.run] = request.instance;
                found->second->start(request);
            }
            else if constexpr (std::is_same_v<T, StepAnswer>) {
                if (auto* script = scriptOf(request.run)) script->answer(request);
            }
            else if constexpr (std::is_same_v<T, CancelRun>) {
                if (auto* script = scriptOf(request.run)) script->cancel(request.run);
                runs_.erase(request.run);
            }
        },
        message);
}

void ScriptHost::load(const LoadScript& request)
{
    auto& slot = scripts_[request.instance];
    slot = std::make_unique<Script>(context_, request.instance, request.name);
    slot->load(request.source);
}

Script* ScriptHost::scriptOf(std::uint64_t run)
{
    const auto found = runs_.find(run);
    if (found == runs_.end()) return nullptr;
    const auto script = scripts_.find(found->second);
    return script == scripts_.end() ? nullptr : script->second.get();
}

void ScriptHost::send(const FromHost& message)
{
    if (const auto* ended = std::get_if<RunEnded>(&message)) runs_.erase(ended->run);
    appendFrame(out_, message);
    // A script may log without end within its budget.
    constexpr std::size_t flushAt = 64 * 1024;
    if (out_.size() > flushAt) flush();
}

void ScriptHost::flush()
{
    std::size_t sent = 0;
    while (sent < out_.size()) {
        const auto size = ::send(socket_, out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) ::_exit(0); // the server is gone
        sent += static_cast<std::size_t>(size);
    }
    out_.clear();
}

} // namespace atrium::automation::lua

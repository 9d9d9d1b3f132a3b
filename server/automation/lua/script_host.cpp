#include "automation/lua/script_host.h"

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace atrium::automation::lua {

ScriptHost::ScriptHost(int socket, SliceBoard& board, std::chrono::milliseconds sliceBudget, std::size_t scriptMemory)
    : socket_(socket), budget_(board, socket, sliceBudget), context_{mirror_,
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
        const auto size = ::recv(socket_, buffer, sizeof buffer, interrupted_.empty() ? 0 : MSG_DONTWAIT);
        if (size == 0) return;
        if (size < 0 && errno != EINTR && errno != EAGAIN) throw std::runtime_error("cannot read from the server");
        if (size > 0) {
            frames.append({buffer, static_cast<std::size_t>(size)});
            receive(frames);
        }
        continueInterrupted();
    }
}

void ScriptHost::receive(FrameBuffer& frames)
{
    while (const auto frame = frames.next()) {
        auto message = decodeMessage<ToHost>(*frame);
        if (!message) throw std::runtime_error("unreadable message");
        budget_.setOthersWait(!frames.empty() || !interrupted_.empty());
        take(std::move(*message));
        // At once: a later message of this batch may take all of its CPU time.
        flush();
    }
    if (frames.broken()) throw std::runtime_error("broken stream");
}

/// Handles a message now, or when the script that it is for has gone on.
void ScriptHost::take(ToHost message)
{
    std::optional<std::uint32_t> instance;
    std::visit(
        [&](const auto& request) {
            using T = std::decay_t<decltype(request)>;
            if constexpr (std::is_same_v<T, CancelRun>) forget(request.run);
            else if constexpr (std::is_same_v<T, UnloadScript>) interrupted_.erase(request.instance);
            else if constexpr (requires { request.instance; }) instance = request.instance;
            else if constexpr (requires { request.run; }) {
                if (const auto found = runs_.find(request.run); found != runs_.end()) instance = found->second;
            }
        },
        message);
    if (instance)
        if (const auto found = interrupted_.find(*instance); found != interrupted_.end()) {
            if (const auto* start = std::get_if<StartRun>(&message)) runs_[start->run] = start->instance;
            found->second.push_back(std::move(message));
            return;
        }
    handle(message);
    if (instance) noteInterruption(*instance);
}

/// A run that is cancelled does not begin or go on later.
void ScriptHost::forget(std::uint64_t run)
{
    for (auto& [instance, waiting] : interrupted_)
        std::erase_if(waiting, [&](const ToHost& message) {
            return std::visit(
                [&](const auto& request) {
                    if constexpr (requires { request.run; }) return request.run == run;
                    else return false;
                },
                message);
        });
}

void ScriptHost::noteInterruption(std::uint32_t instance)
{
    const auto script = scripts_.find(instance);
    if (script != scripts_.end() && script->second->isInterrupted()) interrupted_.try_emplace(instance);
}

void ScriptHost::continueInterrupted()
{
    std::vector<std::uint32_t> instances;
    for (const auto& [instance, waiting] : interrupted_) instances.push_back(instance);
    budget_.setOthersWait(instances.size() > 1);
    for (const auto instance : instances) {
        auto& script = *scripts_.at(instance);
        script.goOn();
        flush();
        // What waited comes in its order, up to the next interruption.
        auto& waiting = interrupted_.at(instance);
        while (!script.isInterrupted() && !waiting.empty()) {
            auto message = std::move(waiting.front());
            waiting.pop_front();
            handle(message);
            flush();
        }
        if (!script.isInterrupted()) interrupted_.erase(instance);
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

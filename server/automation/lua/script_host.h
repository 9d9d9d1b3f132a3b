#pragma once

#include "automation/lua/script.h"

#include <deque>
#include <map>

namespace atrium::automation::lua {

/// All scripts of the process and the one loop around them: messages in, messages out. Thread: main.
class ScriptHost {
public:
    /// `socket` is the end of the socket pair, `board` lives in shared memory.
    ScriptHost(int socket, SliceBoard& board, std::chrono::milliseconds sliceBudget, std::size_t scriptMemory);

    /// Serves until the server closes the socket. Throws on a broken stream.
    void run();

private:
    void receive(FrameBuffer& frames);
    void take(ToHost message);
    void handle(ToHost& message);
    void forget(std::uint64_t run);
    /// Lets the scripts that were interrupted go on, each for a while.
    void continueInterrupted();
    /// To be called when code of the script may have run: puts it among the interrupted ones.
    void noteInterruption(std::uint32_t instance);
    void load(const LoadScript& request);
    Script* scriptOf(std::uint64_t run);
    void send(const FromHost& message);
    void flush();

    int socket_;
    DeviceMirror mirror_;
    std::vector<ModuleFunctions> modules_;
    std::vector<MirroredDevice*> surroundings_; ///< in mirror_
    Budget budget_;
    HostContext context_;
    std::map<std::uint32_t, std::unique_ptr<Script>> scripts_;
    std::unordered_map<std::uint64_t, std::uint32_t> runs_; ///< of which instance
    /// Scripts that were interrupted for others, with the messages that wait until they have gone on. What the server
    /// sends one script is bounded by its modes of runs.
    std::map<std::uint32_t, std::deque<ToHost>> interrupted_;
    std::string out_;
};

} // namespace atrium::automation::lua

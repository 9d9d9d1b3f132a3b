#pragma once

#include "automation/lua/script.h"

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
    void handle(ToHost& message);
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
    std::string out_;
};

} // namespace atrium::automation::lua

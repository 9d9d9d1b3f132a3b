#include "automation/lua/global_names.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace atrium::automation::lua {

namespace {

// lopcodes.h of Lua 5.4: 7 bits of operation, 8 bits A, 1 bit k, 8 bits B, 8 bits C.
constexpr unsigned opGetTabUp = 11;
constexpr unsigned opGetField = 14;
constexpr unsigned opSetTabUp = 15;
constexpr unsigned opSetField = 18;
constexpr unsigned opTbc = 55;
constexpr unsigned opJump = 56;
constexpr int jumpOffset = 0xffffff; // of its 25 bits

/// Walks through what lua_dump wrote. Trusted input (our own compiler's), bounds are checked all the same.
class ChunkReader {
public:
    ChunkReader(std::string_view bytes, ChunkNames& names) : bytes_(bytes), names_(names) {}

    bool read()
    {
        // Signature, version, format, LUAC_DATA (6), sizes of instruction, integer and number.
        const auto header = take(4 + 1 + 1 + 6 + 3);
        if (failed_ || header[4] != 0x54 || header[12] != 4 || header[13] != 8 || header[14] != 8) return false;
        take(8 + 8); // LUAC_INT and LUAC_NUM
        take(1);     // number of upvalues of the main function
        function();
        return !failed_;
    }

private:
    struct Access {
        unsigned upvalue;
        unsigned constant;
        bool write;
        std::size_t instruction;
    };

    std::string_view take(std::size_t size)
    {
        if (size > bytes_.size()) {
            failed_ = true;
            bytes_ = {};
            static const char zeros[16] = {};
            return {zeros, std::min(size, sizeof zeros)};
        }
        const auto taken = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return taken;
    }
    unsigned char byte() { return static_cast<unsigned char>(take(1)[0]); }
    /// Big-endian groups of 7 bits, the last one marked.
    std::size_t size()
    {
        std::size_t number = 0;
        for (int i = 0; i < 10 && !failed_; ++i) {
            const auto bits = byte();
            number = number << 7 | (bits & 0x7f);
            if (bits & 0x80) return number;
        }
        failed_ = true;
        return 0;
    }
    std::size_t count()
    {
        const auto number = size();
        if (number > bytes_.size()) failed_ = true;
        return failed_ ? 0 : number;
    }
    std::string_view text()
    {
        const auto length = size();
        return length == 0 ? std::string_view() : take(length - 1);
    }

    void function()
    {
        text(); // source
        const auto firstLine = static_cast<int>(size());
        size(); // last line
        take(3);
        const auto instructions = count();
        const auto code = take(instructions * 4);
        if (failed_) return;

        std::vector<std::string_view> constants(count());
        for (auto& constant : constants) {
            const auto kind = byte();
            if (kind == 0x13 || kind == 0x03) take(8);                // number, integer
            else if (kind == 0x04 || kind == 0x14) constant = text(); // short and long text
            if (kind == 0x04) names_.constants.emplace(constant);
            if (failed_) return;
        }
        const auto upvalues = count();
        take(upvalues * 3);
        for (auto functions = count(); functions > 0 && !failed_; --functions) function();

        const auto lineInfo = take(count());
        std::vector<std::pair<std::size_t, int>> absoluteLines(count());
        for (auto& [instruction, line] : absoluteLines) {
            instruction = size();
            line = static_cast<int>(size());
        }
        for (auto locals = count(); locals > 0 && !failed_; --locals) {
            text();
            size();
            size();
        }
        std::vector<std::string_view> upvalueNames(count());
        for (auto& name : upvalueNames) name = text();
        if (failed_) return;

        const auto instructionAt = [&](std::size_t i) {
            std::uint32_t instruction = 0;
            std::memcpy(&instruction, code.data() + i * 4, 4);
            return instruction;
        };
        std::set<std::size_t> jumpedTo;
        for (std::size_t i = 0; i < instructions; ++i)
            if (const auto instruction = instructionAt(i); (instruction & 0x7f) == opJump)
                jumpedTo.insert(i + 1 + static_cast<std::size_t>(static_cast<int>(instruction >> 7) - jumpOffset));

        int line = firstLine;
        std::size_t nextAbsolute = 0;
        for (std::size_t i = 0; i < instructions; ++i) {
            if (i < lineInfo.size()) {
                const auto delta = static_cast<signed char>(lineInfo[i]);
                if (delta == -0x80) {
                    if (nextAbsolute < absoluteLines.size()) line = absoluteLines[nextAbsolute++].second;
                }
                else line += delta;
            }
            const auto instruction = instructionAt(i);
            const auto operation = instruction & 0x7f;
            const auto a = instruction >> 7 & 0xff, b = instruction >> 16 & 0xff, c = instruction >> 24 & 0xff;
            if (operation == opTbc && names_.toBeClosedLine == 0) names_.toBeClosedLine = line;
            if (operation == opSetField && b < constants.size()) names_.members.emplace(constants[b]);
            if (operation != opGetTabUp && operation != opSetTabUp) continue;
            const bool write = operation == opSetTabUp;
            const auto upvalue = write ? a : b;
            const auto key = write ? b : c;
            if (upvalue >= upvalueNames.size() || upvalueNames[upvalue] != "_ENV" || key >= constants.size()) continue;
            if (write) names_.assigned.emplace(constants[key]);
            else {
                std::string_view member;
                // In `(x or name).member` it is not always a member of `name`.
                if (i + 1 < instructions && !jumpedTo.contains(i + 1)) {
                    const auto next = instructionAt(i + 1);
                    const auto field = next >> 24 & 0xff;
                    if ((next & 0x7f) == opGetField && (next >> 16 & 0xff) == a && field < constants.size())
                        member = constants[field];
                }
                names_.reads.push_back({std::string(constants[key]), std::string(member), line});
            }
        }
    }

    std::string_view bytes_;
    ChunkNames& names_;
    bool failed_ = false;
};

int appendTo(lua_State*, const void* data, std::size_t size, void* out)
{
    static_cast<std::string*>(out)->append(static_cast<const char*>(data), size);
    return 0;
}

} // namespace

ChunkNames readChunkNames(lua_State* state)
{
    ChunkNames names;
    std::string bytes;
    if (lua_dump(state, appendTo, &bytes, 0) != 0) return names;
    if (!ChunkReader(bytes, names).read()) return {};
    return names;
}

} // namespace atrium::automation::lua

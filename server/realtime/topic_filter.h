#pragma once

#include "atrium/value.h"

#include <string>
#include <string_view>
#include <vector>

namespace atrium::realtime {

/// Which topics a client wants: all of them at first; the first subscribe() narrows it to what is named. A pattern may
/// end in `*`. Bounded: too many or too long patterns are ignored. Thread: one at a time.
class TopicFilter {
public:
    void subscribe(const List& patterns);
    void unsubscribe(const List& patterns);
    bool wants(std::string_view topic) const;

private:
    bool everything_ = true;
    std::vector<std::string> wanted_;
    std::vector<std::string> unwanted_;
};

} // namespace atrium::realtime

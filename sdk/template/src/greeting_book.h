#pragma once

#include "atrium/database.h"
#include "atrium/result.h"

#include <string>

namespace atrium::sample {

struct Greeting {
    std::string text;
    std::int64_t count = 0; ///< how often this name has been greeted
};

/// Greets people and counts them in the table `sample_greetings`. Thread: may block.
class GreetingBook {
public:
    GreetingBook(Database& database, std::string greeting) : database_(database), greeting_(std::move(greeting)) {}

    /// Errors: InvalidArgument for an empty or too long name.
    Result<Greeting> greet(const std::string& name);

    /// The sentence alone; nothing is counted.
    std::string sentence(const std::string& name) const { return greeting_ + ", " + name; }

private:
    Database& database_;
    const std::string greeting_;
};

} // namespace atrium::sample

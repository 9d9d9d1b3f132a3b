#include "greeting_book.h"

namespace atrium::sample {

Result<Greeting> GreetingBook::greet(const std::string& name)
{
    constexpr std::size_t longestName = 100;
    if (name.empty() || name.size() > longestName)
        return makeError(ErrorCode::InvalidArgument, {"Nom invalide", "Invalid name"});
    const auto count = database_.transact(TransactionKind::Write, [&](Transaction& transaction) {
        const auto rows = transaction.query("SELECT count FROM sample_greetings WHERE name = ? FOR UPDATE", {name});
        const std::int64_t next = rows.empty() ? 1 : rows[0][0].integer() + 1;
        if (rows.empty()) transaction.execute("INSERT INTO sample_greetings (name, count) VALUES (?, ?)", {name, next});
        else transaction.execute("UPDATE sample_greetings SET count = ? WHERE name = ?", {next, name});
        return next;
    });
    return Greeting{sentence(name), count};
}

} // namespace atrium::sample

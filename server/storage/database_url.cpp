#include "storage/database_url.h"

#include <charconv>
#include <filesystem>
#include <optional>

namespace atrium::storage {

namespace {

constexpr std::string_view sqliteScheme = "sqlite:";
constexpr std::string_view mysqlScheme = "mysql://";

[[noreturn]] void refuse(const std::string& fr, const std::string& en)
{
    throw ErrorException(
        makeError(ErrorCode::InvalidArgument,
                  {"Adresse de base de données : " + fr +
                       ". Formes admises : sqlite:CHEMIN ou "
                       "mysql://utilisateur:motdepasse@hôte:port/base",
                   "Database address: " + en + ". Allowed are sqlite:PATH and mysql://user:password@host:port/name"}));
}

std::string decode(std::string_view text, const char* partFr, const char* partEn)
{
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        unsigned value = 0;
        const auto hex = text.substr(i + 1, 2);
        const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
        if (hex.size() != 2 || error != std::errc{} || end != hex.data() + 2)
            refuse(std::string("encodage % invalide dans ") + partFr, std::string("bad % encoding in ") + partEn);
        decoded += static_cast<char>(value);
        i += 2;
    }
    // The connector takes one text of `key=value;` pairs without any quoting, and trims it.
    const auto isUnsafe = [](unsigned char c) { return c == ';' || c < 0x20 || c == 0x7f; };
    for (const unsigned char c : decoded)
        if (isUnsafe(c))
            refuse(std::string("caractère non admis (point-virgule ou de contrôle) dans ") + partFr,
                   std::string("semicolons and control characters are not possible in ") + partEn);
    if (!decoded.empty() && (decoded.front() == ' ' || decoded.back() == ' '))
        refuse(std::string("espace au bord de ") + partFr, std::string("spaces around ") + partEn);
    return decoded;
}

DatabaseUrl parseSqlite(std::string_view path, const std::string& dataFolder)
{
    if (path.empty()) refuse("chemin manquant", "the path is missing");
    if (path.substr(0, 2) == "//" || path.find('\0') != std::string_view::npos ||
        path.find(':') != std::string_view::npos)
        refuse("chemin de fichier attendu après sqlite:", "a file path is expected after sqlite:");
    DatabaseUrl url;
    url.dialect = SqlDialect::Sqlite;
    url.path = (std::filesystem::path(dataFolder) / std::filesystem::path(path)).string();
    return url;
}

DatabaseUrl parseMySql(std::string_view rest)
{
    // The last '@' ends the credentials, so a password with a raw '@' still works.
    const auto at = rest.rfind('@');
    if (at == std::string_view::npos) refuse("utilisateur manquant", "the user is missing");
    const auto credentials = rest.substr(0, at);
    const auto address = rest.substr(at + 1);
    const auto colon = credentials.find(':');
    const auto slash = address.find('/');
    if (slash == std::string_view::npos || slash + 1 == address.size())
        refuse("nom de la base manquant", "the name of the database is missing");

    DatabaseUrl url;
    url.dialect = SqlDialect::MySql;
    url.user = decode(credentials.substr(0, colon), "l'utilisateur", "the user");
    if (colon != std::string_view::npos)
        url.password = decode(credentials.substr(colon + 1), "le mot de passe", "the password");
    url.name = decode(address.substr(slash + 1), "le nom de la base", "the name of the database");
    if (url.user.empty()) refuse("utilisateur manquant", "the user is missing");
    if (url.name.find_first_of("/?#") != std::string::npos)
        refuse("options non admises après le nom", "options after the name are not possible");

    auto host = address.substr(0, slash);
    std::string_view port;
    if (!host.empty() && host.front() == '[') {
        const auto close = host.find(']');
        if (close == std::string_view::npos) refuse("crochet non fermé", "the bracket is not closed");
        if (close + 1 < host.size() && host[close + 1] == ':') port = host.substr(close + 2);
        host = host.substr(1, close - 1);
    }
    else if (const auto portColon = host.rfind(':'); portColon != std::string_view::npos) {
        port = host.substr(portColon + 1);
        host = host.substr(0, portColon);
        if (port.empty()) refuse("port manquant", "the port is missing");
    }
    if (host.empty()) refuse("hôte manquant", "the host is missing");
    url.host = decode(host, "l'hôte", "the host");
    // libmariadb would take the word for the socket file of the machine.
    if (url.host == "localhost") url.host = "127.0.0.1";
    if (!port.empty()) {
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
        if (error != std::errc{} || end != port.data() + port.size() || url.port == 0)
            refuse("port entre 1 et 65535 attendu", "the port must be a number from 1 to 65535");
    }
    return url;
}

} // namespace

std::string DatabaseUrl::describe() const
{
    if (dialect == SqlDialect::Sqlite) return "sqlite:" + path;
    return "mysql://" + user + "@" + host + ":" + std::to_string(port) + "/" + name;
}

DatabaseUrl parseDatabaseUrl(std::string_view text, const std::string& dataFolder)
{
    if (text.empty()) return parseSqlite("atrium.db", dataFolder);
    if (text.substr(0, mysqlScheme.size()) == mysqlScheme) return parseMySql(text.substr(mysqlScheme.size()));
    if (text.substr(0, sqliteScheme.size()) == sqliteScheme)
        return parseSqlite(text.substr(sqliteScheme.size()), dataFolder);
    refuse("protocole inconnu", "unknown scheme");
}

} // namespace atrium::storage

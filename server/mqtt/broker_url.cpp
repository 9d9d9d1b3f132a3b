#include "mqtt/broker_url.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <stdexcept>

namespace atrium::mqtt {

std::string BrokerAddress::display() const
{
    if (port == unixSocket) return "unix:" + host;
    return (tls ? "mqtts://" : "mqtt://") + (user.empty() ? "" : user + "@") + host + ':' + std::to_string(port);
}

BrokerAddress parseBrokerUrl(const std::string& url)
{
    const std::string allowed = "allowed: mqtt://[user:password@]host[:port] or mqtts://...";
    BrokerAddress address;
    try {
        const Poco::URI uri(url);
        address.tls = uri.getScheme() == "mqtts";
        if (!address.tls && uri.getScheme() != "mqtt") throw std::invalid_argument("unknown scheme; " + allowed);
        if (uri.getHost().empty()) throw std::invalid_argument("no host; " + allowed);
        address.host = uri.getHost();
        address.port = uri.getPort() != 0 ? uri.getPort() : address.tls ? 8883 : 1883;
        const std::string& who = uri.getUserInfo();
        const auto colon = who.find(':');
        Poco::URI::decode(who.substr(0, colon), address.user);
        if (colon != std::string::npos) Poco::URI::decode(who.substr(colon + 1), address.password);
    }
    catch (const Poco::Exception&) {
        throw std::invalid_argument("not a URL; " + allowed);
    }
    return address;
}

} // namespace atrium::mqtt

#include "picture_source.h"

#include "picture_store.h"

#include "atrium/address.h"

#include <Poco/Net/DNS.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/URI.h>

namespace atrium::devices {

namespace {

Error noCamera()
{
    return makeError(ErrorCode::InvalidArgument,
                     {"L'adresse de la caméra n'est pas permise", "The address of the camera is not allowed"});
}

Error noAnswer()
{
    return makeError(ErrorCode::Unavailable, {"La caméra ne répond pas", "The camera does not answer"});
}

} // namespace

bool mayBeCamera(const std::string& address)
{
    Poco::Net::IPAddress parsed;
    if (!Poco::Net::IPAddress::tryParse(address, parsed)) return false;
    return isPublicAddress(address) ||
           (parsed.isSiteLocal() && !parsed.isLoopback() && !parsed.isMulticast() && !parsed.isWildcard());
}

Result<std::string> fetchPicture(const std::string& url)
{
    const Poco::Timespan patience(5, 0), longest(15, 0);
    try {
        const Poco::URI uri(url);
        if (uri.getScheme() != "http" || uri.getHost().empty() || !uri.getUserInfo().empty()) return noCamera();
        // The address that was looked at is the one that is connected to: a name may mean another one a moment later.
        const auto address = Poco::Net::DNS::resolveOne(uri.getHost());
        if (!mayBeCamera(address.toString())) return noCamera();
        Poco::Net::HTTPClientSession session(Poco::Net::SocketAddress(address, uri.getPort()));
        session.setTimeout(patience, patience, patience);
        const auto path = uri.getPathAndQuery();
        Poco::Net::HTTPRequest request(Poco::Net::HTTPRequest::HTTP_GET, path.empty() ? "/" : path,
                                       Poco::Net::HTTPRequest::HTTP_1_1);
        request.setHost(uri.getHost(), uri.getPort());
        request.setKeepAlive(false);
        session.sendRequest(request);
        Poco::Net::HTTPResponse response;
        auto& body = session.receiveResponse(response);
        if (response.getStatus() != Poco::Net::HTTPResponse::HTTP_OK) return noAnswer();
        std::string bytes;
        char part[16384];
        // A camera that says a byte now and then would keep a thread for hours.
        const Poco::Timestamp began;
        while (body.read(part, sizeof part) || body.gcount() > 0) {
            bytes.append(part, static_cast<std::size_t>(body.gcount()));
            if (bytes.size() > StillPicture::maxBytes || began.isElapsed(longest.totalMicroseconds()))
                return noAnswer();
        }
        if (pictureType(bytes).empty()) return noAnswer();
        return bytes;
    }
    catch (const Poco::SyntaxException&) {
        return noCamera();
    }
    catch (const Poco::Exception&) {
        return noAnswer();
    }
}

} // namespace atrium::devices

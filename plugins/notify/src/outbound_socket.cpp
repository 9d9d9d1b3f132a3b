#include "outbound_socket.h"

#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>
#include <Poco/Net/NetException.h>

#include <sys/socket.h>

namespace atrium::notify {

Poco::Net::StreamSocket OutboundSocket::connect(const OutboundTarget& target)
{
    const Poco::Timespan patience(target.patience.count() * 1000);
    std::string failure;
    bool isForbidden = false;
    const auto host = Poco::Net::DNS::resolve(target.host);
    for (const auto& address : host.addresses()) {
        if (target.allows && !target.allows(address)) {
            isForbidden = true;
            continue;
        }
        try {
            Poco::Net::StreamSocket socket(address.family());
            socket.connect({address, static_cast<Poco::UInt16>(target.port)}, patience);
            socket.setReceiveTimeout(patience);
            socket.setSendTimeout(patience);
            std::lock_guard lock(mutex_);
            descriptor_ = socket.impl()->sockfd();
            return socket;
        }
        catch (const Poco::Exception& error) {
            failure = error.displayText();
        }
    }
    if (failure.empty() && isForbidden) throw ForbiddenAddress("the address of the host may not be used");
    throw Poco::Net::NetException("the server cannot be reached", failure);
}

void OutboundSocket::abort()
{
    std::lock_guard lock(mutex_);
    // The descriptor alone: POCO's socket objects belong to the thread that uses them.
    if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
}

void OutboundSocket::forget()
{
    std::lock_guard lock(mutex_);
    descriptor_ = -1;
}

Poco::Net::Context::Ptr makeTlsContext(const std::string& authorityFile)
{
    using Poco::Net::Context;
    Context::Ptr context(
        new Context(Context::TLS_CLIENT_USE, "", "", authorityFile, Context::VERIFY_STRICT, 9, authorityFile.empty()));
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    return context;
}

} // namespace atrium::notify

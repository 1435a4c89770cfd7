package dev.guard.http;

import com.google.common.net.InetAddresses;
import dev.guard.domain.InvalidArgumentException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A client's address as the subject of a limit: one text for each address, in whatever way it was written or received.
 *
 * <p>IPv4 is written as four decimal numbers, IPv6 in the canonical form of RFC 5952 (lower case, the longest run of
 * zeros as {@code ::}), an IPv4 address mapped into IPv6 as the IPv4 address that it is. A zone belongs to the link and
 * not to the client, and is left out. No name is ever looked up.
 */
public final class ClientAddress {

    private ClientAddress() {}

    /** The text of an address. */
    public static String of(InetAddress address) {
        return InetAddresses.toAddrString(withoutZone(address));
    }

    /**
     * The text of an address that is given as a literal.
     *
     * @throws InvalidArgumentException if it is not an address in numbers
     */
    public static String parse(String literal) {
        int zone = literal.indexOf('%');
        String address = zone < 0 ? literal : literal.substring(0, zone);
        if (!InetAddresses.isInetAddress(address)) {
            throw new InvalidArgumentException(
                    "address is '" + literal + "', expected an IPv4 or IPv6 address in numbers");
        }
        return of(InetAddresses.forString(address));
    }

    private static InetAddress withoutZone(InetAddress address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
            throw new AssertionError("an address has 4 or 16 bytes", e);
        }
    }
}

package dev.gantry.controller.kube.document;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of addresses as objects name it.
 *
 * @param first  its first address
 * @param prefix number of bits that all its addresses have in common
 * @param bits   of an address: 32 of IPv4, 128 of IPv6
 */
public record Cidr(BigInteger first, int prefix, int bits) {

    public static final int IPV4_BITS = 32;

    private static final int IPV6_BITS = 128;
    private static final Pattern TEXT = Pattern.compile("([0-9a-fA-F.:]+)/(0|[1-9]\\d{0,2})");

    /** Empty for a text that is no block. */
    public static Optional<Cidr> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String address = matcher.group(1);
        int bits = address.contains(":") ? IPV6_BITS : IPV4_BITS;
        int prefix = Integer.parseInt(matcher.group(2));
        return prefix > bits ? Optional.empty() : number(address).map(number -> of(number, prefix, bits));
    }

    private static Cidr of(BigInteger address, int prefix, int bits) {
        int free = bits - prefix;
        return new Cidr(address.shiftRight(free).shiftLeft(free), prefix, bits);
    }

    private static Optional<BigInteger> number(String address) {
        if (!address.contains(":")) {
            OptionalInt number = Ipv4.number(address);
            return number.isPresent()
                    ? Optional.of(BigInteger.valueOf(Integer.toUnsignedLong(number.getAsInt())))
                    : Optional.empty();
        }
        try {
            // A text with colons is never looked up as a name.
            return Optional.of(new BigInteger(1, InetAddress.getByName(address).getAddress()));
        } catch (UnknownHostException _) {
            return Optional.empty();
        }
    }

    public boolean isIpv4() {
        return bits == IPV4_BITS;
    }

    public BigInteger last() {
        return first.add(BigInteger.ONE.shiftLeft(bits - prefix)).subtract(BigInteger.ONE);
    }

    /** Whether the other one is a part of this one, and not all of it. */
    public boolean holdsPart(Cidr other) {
        return bits == other.bits
                && prefix < other.prefix
                && of(other.first, prefix, bits).equals(this);
    }
}

package dev.gantry.controller.kube.registry;

import dev.gantry.controller.kube.document.Ipv4;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The IPv4 addresses that the services of all clusters share, and the ports of nodes. As upstream, what is chosen here comes from above a low
 * part first, so that those who name an address find room there.
 *
 * @param first  the range's own number
 * @param prefix how many bits of it are fixed
 */
public record ServiceRange(int first, int prefix) {

    public static final ServiceRange DEFAULT = parse("10.43.0.0/16");
    public static final int PORT_FIRST = 30_000;
    public static final int PORT_LAST = 32_767;

    private static final int PREFIX_MIN = 12;
    private static final int PREFIX_MAX = 24;
    private static final int LOW_MIN = 16;
    private static final int LOW_MAX = 256;
    private static final int PORTS_LOW = 86;

    /**
     * @param text for example {@code 10.43.0.0/16}
     * @throws IllegalArgumentException what is wrong with it
     */
    public static ServiceRange parse(String text) {
        String[] parts = text.split("/", -1);
        OptionalInt address = Ipv4.number(parts[0]);
        boolean isPrefix = parts.length == 2 && parts[1].matches("\\d{1,2}");
        int prefix = isPrefix ? Integer.parseInt(parts[1]) : 0;
        if (address.isEmpty() || prefix < PREFIX_MIN || prefix > PREFIX_MAX) {
            throw new IllegalArgumentException("a range of service addresses is IPv4 with a prefix of " + PREFIX_MIN
                    + " to " + PREFIX_MAX + ", for example 10.43.0.0/16; was \"" + text + "\"");
        }
        return new ServiceRange(address.getAsInt() & mask(prefix), prefix);
    }

    static String text(int number) {
        return (number >>> 24) + "." + (number >>> 16 & 255) + "." + (number >>> 8 & 255) + "." + (number & 255);
    }

    private static int mask(int prefix) {
        return -1 << (32 - prefix);
    }

    /** Whether a service can have it: in the range, and not its own first or last. */
    boolean contains(int address) {
        int offset = address - first;
        return (address & mask(prefix)) == first && offset > 0 && offset < size() - 1;
    }

    private int size() {
        return 1 << (32 - prefix);
    }

    /** All addresses that a service can have, in the order in which they are tried for whoever has the seed. */
    IntStream addresses(int seed) {
        int low = Math.min(Math.max(LOW_MIN, size() / 16), LOW_MAX);
        int high = size() - 1 - low;
        IntStream upper = IntStream.range(0, high).map(step -> first + low + Math.floorMod(seed + step, high));
        return IntStream.concat(upper, IntStream.range(1, low).map(step -> first + step));
    }

    /** All ports of nodes, likewise. */
    static IntStream ports(int seed) {
        int from = PORT_FIRST + PORTS_LOW;
        int high = PORT_LAST + 1 - from;
        IntStream upper = IntStream.range(0, high).map(step -> from + Math.floorMod(seed + step, high));
        return IntStream.concat(upper, IntStream.range(PORT_FIRST, from));
    }

    @Override
    public String toString() {
        return text(first) + "/" + prefix;
    }
}

package dev.gantry.controller.kube.document;

import java.util.OptionalInt;

/** Reads IPv4 addresses as they stand in objects. */
public final class Ipv4 {

    private Ipv4() {}

    /** The number that an IPv4 address is; empty for any other text. */
    public static OptionalInt number(String address) {
        String[] parts = address.split("\\.", -1);
        if (parts.length != 4) {
            return OptionalInt.empty();
        }
        int number = 0;
        for (String part : parts) {
            if (!part.matches("0|[1-9]\\d{0,2}") || Integer.parseInt(part) > 255) {
                return OptionalInt.empty();
            }
            number = number << 8 | Integer.parseInt(part);
        }
        return OptionalInt.of(number);
    }
}

package dev.gantry.cli.servers;

import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;

/** A one-time token and the controller that gave it. */
public record Join(String token, String host, int port) {

    /** Reads {@code TOKEN@HOST:PORT}; an IPv6 address stands in brackets. */
    public static Join parse(String text) {
        int at = text.lastIndexOf('@');
        int colon = text.lastIndexOf(':');
        if (at < 1 || colon < at + 2 || !text.substring(colon + 1).matches("\\d{1,5}")) {
            throw new Failure(
                    Exit.INVALID,
                    "cannot read --join",
                    "it has the form TOKEN@HOST:PORT",
                    "copy the command that `gantry token` prints on the controller's machine");
        }
        String host = text.substring(at + 1, colon).replaceAll("^\\[|]$", "");
        return new Join(text.substring(0, at), host, Integer.parseInt(text.substring(colon + 1)));
    }
}

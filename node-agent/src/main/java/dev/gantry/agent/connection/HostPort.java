package dev.gantry.agent.connection;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a controller listens for agents. */
public record HostPort(String host, int port) {

    public static final int DEFAULT_PORT = 4567;

    private static final Pattern FORM = Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([0-9A-Za-z._-]+))(?::([0-9]{1,5}))?");
    private static final int PORT_MAX = 65_535;

    /**
     * Reads an address as a user gives it.
     *
     * @throws LinkException when it is neither {@code host}, {@code host:port} nor {@code [ipv6]:port}
     */
    public static HostPort parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new LinkException("'" + text + "' is not HOST:PORT");
        }
        String given = matcher.group(3);
        int port = given == null ? DEFAULT_PORT : Integer.parseInt(given);
        if (port < 1 || port > PORT_MAX) {
            throw new LinkException("a port is 1 to " + PORT_MAX + ", was " + port);
        }
        String bracketed = matcher.group(1);
        String plain = matcher.group(2);
        return new HostPort(bracketed != null ? bracketed : plain != null ? plain : "", port);
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}

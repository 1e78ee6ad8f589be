package dev.gantry.controller.http;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which handler answers which path. A path that ends in {@code *} stands for all paths that begin with what is before
 * it; an exact path wins, then the longest beginning. Not to be changed once the edge has started.
 */
public final class Routes {

    /** The protocol of WebSockets, as clients ask for it. */
    static final String WEB_SOCKET = "websocket";

    /** What answers at a path. */
    sealed interface Endpoint {
        Voice voice();

        record Whole(Handler handler) implements Endpoint {
            @Override
            public Voice voice() {
                return handler;
            }
        }

        record Streamed(StreamHandler handler) implements Endpoint {
            @Override
            public Voice voice() {
                return handler;
            }
        }

        /** @param protocol that the connection speaks from then on */
        record Upgraded(SocketHandler handler, String protocol) implements Endpoint {
            @Override
            public Voice voice() {
                return handler;
            }
        }
    }

    private final Map<String, Endpoint> exact = new HashMap<>();
    private final TreeMap<String, Endpoint> prefixes = new TreeMap<>();
    private final Map<String, Endpoint> upgrades = new HashMap<>();

    public Routes answer(String path, Handler handler) {
        return add(path, new Endpoint.Whole(handler));
    }

    public Routes stream(String path, StreamHandler handler) {
        return add(path, new Endpoint.Streamed(handler));
    }

    public Routes socket(String path, SocketHandler handler) {
        return add(path, new Endpoint.Upgraded(handler, WEB_SOCKET));
    }

    /** Answers every request for a WebSocket, whatever its path: for a server on whose paths both come. */
    public Routes upgrades(SocketHandler handler) {
        return upgrades(WEB_SOCKET, handler);
    }

    /** Answers every request for another protocol than HTTP, whatever its path. The connection's bytes are the handler's. */
    public Routes upgrades(String protocol, SocketHandler handler) {
        upgrades.put(protocol.toLowerCase(Locale.ROOT), new Endpoint.Upgraded(handler, protocol));
        return this;
    }

    /** @param upgrade the protocol that the client asks to change to; empty when it does not */
    Optional<Endpoint> find(String path, Optional<String> upgrade) {
        return upgrade.map(protocol -> upgrades.get(protocol.toLowerCase(Locale.ROOT)))
                .or(() -> find(path));
    }

    private Optional<Endpoint> find(String path) {
        Endpoint found = exact.get(path);
        // The longest matching prefix is the last one not after the path, or a beginning of that one.
        for (String prefix = path; found == null && prefix != null; prefix = prefixes.lowerKey(prefix)) {
            if (path.startsWith(prefix)) {
                found = prefixes.get(prefix);
            }
        }
        return Optional.ofNullable(found);
    }

    private Routes add(String path, Endpoint endpoint) {
        boolean prefix = path.endsWith("*");
        Map<String, Endpoint> table = prefix ? prefixes : exact;
        if (table.put(prefix ? path.substring(0, path.length() - 1) : path, endpoint) != null) {
            throw new IllegalStateException("two handlers for " + path);
        }
        return this;
    }
}

package dev.gantry.cli.servers;

import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.net.URI;
import java.util.Arrays;
import java.util.List;

/** Where the state lives. */
public sealed interface StoreChoice {

    /** On this machine's disk, in this process. */
    record Embedded() implements StoreChoice {}

    /** An etcd started beside the controller. */
    record EtcdBeside() implements StoreChoice {}

    /** An etcd cluster that somebody else runs. */
    record EtcdCluster(List<URI> members) implements StoreChoice {}

    /** Reads {@code embedded}, {@code etcd} or {@code etcd=URL[,URL...]}. */
    static StoreChoice parse(String text) {
        if (text.equals("embedded")) {
            return new Embedded();
        }
        if (text.equals("etcd")) {
            return new EtcdBeside();
        }
        if (text.startsWith("etcd=")) {
            return new EtcdCluster(
                    Arrays.stream(text.substring("etcd=".length()).split(",", -1))
                            .map(StoreChoice::member)
                            .toList());
        }
        throw refused(text, "it is none of embedded, etcd and etcd=URL[,URL...]");
    }

    private static URI member(String text) {
        URI uri;
        try {
            uri = URI.create(text.strip());
        } catch (IllegalArgumentException e) {
            throw refused(text, "it is not a URL");
        }
        if (uri.getHost() == null || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
            throw refused(text, "an etcd member is given as http://HOST:PORT or https://HOST:PORT");
        }
        return uri;
    }

    private static Failure refused(String text, String why) {
        return new Failure(
                Exit.INVALID,
                "cannot use the store \"" + text + "\"",
                why,
                "for example --store etcd=http://10.0.0.1:2379");
    }
}

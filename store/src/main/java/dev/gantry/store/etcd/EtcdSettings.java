package dev.gantry.store.etcd;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How to reach an etcd cluster.
 *
 * @param endpoints   {@code http://host:port} or {@code https://host:port}, one for each member
 * @param prefix      under which everything is kept; ends with a slash
 * @param deadline    how long a call may take, with all its retries
 * @param pageMax     keys read at once
 * @param credentials where etcd's authentication is on
 * @param tls         where the endpoints are https
 */
public record EtcdSettings(
        List<URI> endpoints,
        String prefix,
        Duration deadline,
        int pageMax,
        Optional<Credentials> credentials,
        Optional<Tls> tls) {

    /** Where everything is kept unless told otherwise. */
    public static final String PREFIX = "/gantry/";

    public EtcdSettings {
        endpoints = List.copyOf(endpoints);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("at least one endpoint of etcd is needed");
        }
        if (!prefix.endsWith("/")) {
            throw new IllegalArgumentException("the prefix in etcd ends with a slash, was '" + prefix + "'");
        }
    }

    public static EtcdSettings of(List<URI> endpoints) {
        return new EtcdSettings(endpoints, PREFIX, Duration.ofSeconds(3), 5_000, Optional.empty(), Optional.empty());
    }

    public EtcdSettings withPrefix(String other) {
        return new EtcdSettings(endpoints, other, deadline, pageMax, credentials, tls);
    }

    public EtcdSettings withDeadline(Duration other) {
        return new EtcdSettings(endpoints, prefix, other, pageMax, credentials, tls);
    }

    public EtcdSettings withPageMax(int other) {
        return new EtcdSettings(endpoints, prefix, deadline, other, credentials, tls);
    }

    public EtcdSettings withCredentials(Credentials other) {
        return new EtcdSettings(endpoints, prefix, deadline, pageMax, Optional.of(other), tls);
    }

    public EtcdSettings withTls(Tls other) {
        return new EtcdSettings(endpoints, prefix, deadline, pageMax, credentials, Optional.of(other));
    }

    /** A user of etcd. */
    public record Credentials(String user, String password) {

        @Override
        public String toString() {
            return user;
        }
    }

    /**
     * PEM files.
     *
     * @param authority who signed the members' certificates
     * @param identity  our own certificate, where the members ask for one
     */
    public record Tls(Path authority, Optional<Identity> identity) {}

    /** A certificate and its key, as PEM files. */
    public record Identity(Path certificate, Path key) {}
}

package dev.gantry.cli.run;

import dev.gantry.cli.servers.ServerOptions;
import dev.gantry.cli.servers.StoreChoice;
import dev.gantry.store.Backend;
import dev.gantry.store.embedded.EmbeddedBackend;
import dev.gantry.store.etcd.EtcdBackend;
import dev.gantry.store.etcd.EtcdSettings;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.util.List;

/** Opens the store that the command line chose. */
final class Stores {

    private Stores() {}

    static Backend open(ServerOptions options) throws IOException, InterruptedException {
        return switch (options.store()) {
            case StoreChoice.Embedded _ ->
                EmbeddedBackend.open(options.dataDirectory().resolve("store"));
            case StoreChoice.EtcdCluster(var members) -> etcd(members);
            case StoreChoice.EtcdBeside _ -> {
                EtcdChild child = EtcdChild.start(options.dataDirectory().resolve("etcd"));
                yield new OwnedBackend(etcd(List.of(child.url())), child);
            }
        };
    }

    private static Backend etcd(List<URI> members) throws InterruptedException {
        return EtcdBackend.open(EtcdSettings.of(members), new SecureRandom()::nextLong);
    }
}

package dev.gantry.e2e.cluster;

import dev.gantry.e2e.bed.Etcd;
import dev.gantry.store.Backend;
import dev.gantry.store.etcd.EtcdBackend;
import dev.gantry.store.etcd.EtcdSettings;
import java.net.URI;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/** Reads what the controllers wrote, past them. */
final class StoreAccess {

    private StoreAccess() {}

    static Backend etcd(Etcd etcd) throws InterruptedException {
        List<URI> members =
                Arrays.stream(etcd.urls().split(",")).map(URI::create).toList();
        return EtcdBackend.open(EtcdSettings.of(members), new SecureRandom()::nextLong);
    }
}

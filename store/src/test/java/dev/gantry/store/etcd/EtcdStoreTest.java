package dev.gantry.store.etcd;

import dev.gantry.store.Backend;
import dev.gantry.store.StoreContract;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

final class EtcdStoreTest extends StoreContract {

    private static EtcdServer server;
    private static int opened;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        server = EtcdServer.start(directory);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected Backend openBackend() {
        opened++;
        EtcdSettings settings = EtcdSettings.of(List.of(server.endpoint())).withPrefix("/store-" + opened + "/");
        return EtcdBackend.open(settings, () -> ThreadLocalRandom.current().nextLong());
    }
}

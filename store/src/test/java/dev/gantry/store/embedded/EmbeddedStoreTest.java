package dev.gantry.store.embedded;

import dev.gantry.store.Backend;
import dev.gantry.store.StoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedStoreTest extends StoreContract {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Override
    protected Backend openBackend() {
        return EmbeddedBackend.open(directory);
    }
}

package dev.gantry.store.memory;

import dev.gantry.store.Backend;
import dev.gantry.store.StoreContract;

final class MemoryStoreTest extends StoreContract {

    @Override
    protected Backend openBackend() {
        return new MemoryBackend(new SetClock());
    }
}

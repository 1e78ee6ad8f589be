package dev.gantry.e2e.benchmark;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/** The engines below the stores, used as directly as they can be for a write that is durable. */
final class RawEngines {

    private static final int VALUE_BYTES = 1_024;

    private RawEngines() {}

    /** An MVStore, with one commit and one sync for each call; calls wait for each other. */
    static final class File implements AutoCloseable {

        private final MVStore store;
        private final MVMap<String, byte[]> map;

        File(Path directory) throws IOException {
            Files.createDirectories(directory);
            this.store = new MVStore.Builder()
                    .fileName(directory.resolve("raw.mv").toString())
                    .autoCommitDisabled()
                    .open();
            this.map = store.openMap("raw");
        }

        synchronized void commit(int worker) {
            map.put("blob/raw/" + worker, value());
            store.commit();
            store.sync();
        }

        @Override
        public void close() {
            store.close();
        }
    }

    /** A client of etcd, with one guarded transaction for each call. */
    static final class Etcd implements AutoCloseable {

        private final Client client;

        Etcd(URI endpoint) {
            this.client = Client.builder().endpoints(endpoint).build();
        }

        void commit(int worker) throws Exception {
            ByteSequence key = ByteSequence.from("/raw/" + worker, StandardCharsets.UTF_8);
            client.getKVClient()
                    .txn()
                    .If(new Cmp(key, Cmp.Op.GREATER, CmpTarget.modRevision(-1)))
                    .Then(Op.put(key, ByteSequence.from(value()), PutOption.DEFAULT))
                    .commit()
                    .get();
        }

        @Override
        public void close() {
            client.close();
        }
    }

    private static byte[] value() {
        byte[] bytes = new byte[VALUE_BYTES];
        ThreadLocalRandom.current().nextBytes(bytes);
        return bytes;
    }
}

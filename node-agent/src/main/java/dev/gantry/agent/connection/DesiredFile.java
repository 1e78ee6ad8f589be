package dev.gantry.agent.connection;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.agent.DurableFile;
import dev.gantry.proto.Desired;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.Supplies;
import dev.gantry.proto.Supply;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the newest desired set, so that an agent that restarts while no controller answers goes on enforcing it. */
final class DesiredFile implements AutoCloseable {

    static final String NAME = "desired.pb";

    private static final Logger log = LoggerFactory.getLogger(DesiredFile.class);

    private final Path file;
    private final BlockingQueue<Boolean> unforced = new ArrayBlockingQueue<>(1);

    /** What the present file says of each workload, in its own order: most of it is the same next time. */
    private Map<String, Encoded> encoded = Map.of();

    private @Nullable Thread thread;

    private record Encoded(DesiredWorkload workload, byte[] bytes) {}

    DesiredFile(Path directory) {
        this.file = directory.resolve(NAME);
    }

    /** Begins to bring what is saved to the disk. */
    void start() {
        thread = Thread.ofVirtual().name("desired-file").start(this::force);
    }

    @Override
    public void close() {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    /** What was last kept; empty when there is nothing that can be read. */
    Optional<Obeyed> load() {
        try {
            Desired kept = Desired.parseFrom(Files.readAllBytes(file));
            // An empty file would read as an empty change: it must not stop everything.
            return kept.getFull() && Obeyed.NOTHING.rule(kept) instanceof Obeyed.Ruling.Obey(Obeyed obeyed)
                    ? Optional.of(obeyed)
                    : Optional.empty();
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            log.error("{} is damaged and is left alone; what it said comes again from a controller", file, e);
            return Optional.empty();
        } catch (IOException e) {
            log.error("{} cannot be read; what it said comes again from a controller", file, e);
            return Optional.empty();
        }
    }

    /**
     * Keeps a set before it is obeyed: a container that it starts must not be unknown to the agent that comes after this
     * one. The disk may have it a little later, because what takes the machine down takes the containers down.
     */
    void save(Obeyed obeyed) throws InterruptedException {
        try {
            DurableFile.replace(file, encode(obeyed));
            boolean _ = unforced.offer(true);
        } catch (ClosedByInterruptException e) {
            throw new InterruptedException("interrupted while " + file + " was written: " + e.getMessage());
        } catch (IOException e) {
            log.error("the desired set cannot be kept in {}: {}", file, e.getMessage());
            forget();
        }
    }

    /** The message that makes this set out of nothing; a repeated field is its entries one after another. */
    private byte[] encode(Obeyed obeyed) throws IOException {
        Map<String, Encoded> next = new HashMap<>();
        int size = 0;
        for (Map.Entry<String, DesiredWorkload> one : obeyed.workloads().entrySet()) {
            Encoded known = encoded.get(one.getKey());
            Encoded entry = known != null && known.workload().equals(one.getValue())
                    ? known
                    : new Encoded(one.getValue(), kept(one.getValue()).toByteArray());
            next.put(one.getKey(), entry);
            size += CodedOutputStream.computeByteArraySize(Desired.WORKLOADS_FIELD_NUMBER, entry.bytes());
        }
        encoded = next;
        Desired head = Desired.newBuilder()
                .setEpoch(obeyed.epoch())
                .setRevision(obeyed.revision())
                .setFull(true)
                .build();
        byte[] bytes = new byte[head.getSerializedSize() + size];
        CodedOutputStream output = CodedOutputStream.newInstance(bytes);
        head.writeTo(output);
        for (Encoded entry : next.values()) {
            output.writeByteArray(Desired.WORKLOADS_FIELD_NUMBER, entry.bytes());
        }
        output.checkNoSpaceLeft();
        return bytes;
    }

    /** Logins to registries come again from a controller; until then nothing is pulled with them. */
    private static DesiredWorkload kept(DesiredWorkload workload) {
        List<Supply> all = workload.getSupplies().getSuppliesList();
        List<Supply> less = all.stream()
                .filter(supply -> supply.getKind() != Supply.Kind.PULL_SECRET)
                .toList();
        return less.size() == all.size()
                ? workload
                : workload.toBuilder()
                        .setSupplies(Supplies.newBuilder().addAllSupplies(less))
                        .build();
    }

    /** An older set would stop what the newer one started; without any, all goes on until a controller is found. */
    private void forget() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.error("the outdated {} cannot be removed: {}", file, e.getMessage());
        }
    }

    private void force() {
        try {
            while (true) {
                boolean _ = unforced.take();
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.force(true);
                } catch (ClosedByInterruptException _) {
                    return;
                } catch (IOException e) {
                    log.warn("{} is not surely on disk: {}", file, e.getMessage());
                }
            }
        } catch (InterruptedException _) {
            log.debug("{} is not written any more", file);
        }
    }
}

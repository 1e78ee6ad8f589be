package dev.gantry.controller.kube.registry;

import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import java.time.Instant;

/** A transaction that is being decided: from which image, and when. */
public record Draft(Snapshot image, Transaction.Builder writes, Instant now) {}

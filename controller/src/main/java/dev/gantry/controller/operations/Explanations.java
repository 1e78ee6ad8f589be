package dev.gantry.controller.operations;

import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import java.util.List;

/** Answers "what if this were placed now?" without placing. */
public interface Explanations {

    /** Node by node, why the workload cannot run there; no reasons where it can. */
    List<NodeReasons> explain(Snapshot snapshot, Workload workload);

    /** The node that each would get, one after the other, or the reasons why none. */
    List<Preview> preview(Snapshot snapshot, List<Workload> workloads);

    /**
     * @param node    id
     * @param name    host name
     * @param reasons with numbers; empty when the workload fits
     */
    record NodeReasons(String node, String name, List<String> reasons) {}

    /**
     * @param node   id; empty when there is none
     * @param reason in one sentence; empty when placed
     */
    record Preview(String node, String name, String reason) {}
}

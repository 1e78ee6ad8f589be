package dev.gantry.controller.kube.document;

/** The uids of what has a record of its own, a pod's workload or a machine: the record's id with dashes. */
public final class Uids {

    private static final String ID = "(.{8})(.{4})(.{4})(.{4})(.+)";

    private Uids() {}

    /** An id that is shorter than 32 digits is its own uid. */
    public static String of(String id) {
        return id.length() < 32 ? id : id.replaceFirst(ID, "$1-$2-$3-$4-$5");
    }

    public static String id(String uid) {
        return uid.replace("-", "");
    }
}

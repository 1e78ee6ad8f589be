/**
 * What services and network policies are on a node: kernel rules that lead the virtual addresses of services to containers, a name server for
 * their names, and kernel rules that keep from pods what no policy allows. All follows from what the leader tells; a node goes on with the newest
 * that it was told.
 */
@NullMarked
package dev.gantry.agent.network;

import org.jspecify.annotations.NullMarked;

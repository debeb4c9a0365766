# Part of whatever starts the program, with the program's words: sets `flags` for Node. Whoever holds a connection does
# so for hours, in little memory: a young generation of 1 MB is enough where nothing is allocated per packet, and one
# arena for malloc where one thread does the work. What malloc gives back at once it gives back always: left alone, it
# keeps more from then on. From 32 KB on it does: V8 compiles the hot path in pieces of that size just as the load
# begins, and how many of them stayed behind was a matter of luck, up to 6 MB. The router gets its records from Node in
# buffers outside of the heap: it clears the young generation itself often enough that they are gone
# (datapath/direct-records.ts), and a heap that may grow to three times its size is not marked as a whole because of them.
flags="--max-semi-space-size=1 --expose-gc"
case $1 in
  router) flags="$flags --heap-growing-percent=200" ;;
  *) export MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=32768 MALLOC_TRIM_THRESHOLD_=131072 ;;
esac

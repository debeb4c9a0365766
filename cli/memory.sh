# Part of whatever starts the program, with the program's words: sets `flags` for Node.
# Whoever holds a connection does so for hours, in little memory: a young generation of 1 MB is enough where nothing is
# allocated per packet, and one arena for malloc where one thread does the work. What malloc gives back at once it gives
# back always: left alone, it keeps more from then on. The router has many sessions to make at once.
case $1 in
  router) flags= ;;
  *)
    flags="--max-semi-space-size=1 --expose-gc"
    export MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072
    ;;
esac

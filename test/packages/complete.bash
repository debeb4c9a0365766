# What bash offers for the line in $1, a word a line. Its readline, which would ask for it, needs a terminal.
source /usr/share/bash-completion/bash_completion
_completion_loader smartvpn
read -ra COMP_WORDS <<< "$1"
[[ $1 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
compopt() { :; }
_smartvpn
printf '%s\n' "${COMPREPLY[@]}"
